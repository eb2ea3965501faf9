import { PluginError } from '../core/errors.js';
import { adviceWords, headline, problemWords, type Overview } from '../ops/overview.js';
import type { CommandLine } from './ports.js';
import { addUrlOption, type UrlOption } from './url-option.js';

// 1 and 2 are taken: the command failed, or its words were wrong.
const VERDICT_CODES: Readonly<Record<Overview['verdict'], number>> = { well: 0, degraded: 3, broken: 4 };
const UNREACHABLE_CODE = 5;

/** `status`: asks the program that is running. */
export function addRunningCommands({ program, ports, flags, exit }: CommandLine): void {
  const { terminal } = ports;
  const status = program
    .command('status')
    .description(
      'print the state of the running program; the exit code is 0 (well), 3 (degraded), 4 (broken) or 5 (unreachable)',
    )
    .option('--json', 'as JSON');
  addUrlOption(status).action(async ({ json, url }: { json?: true } & UrlOption) => {
    try {
      const overview = (await ports.running(flags(), url).get('/ops/overview')) as Overview;
      terminal.out(json === true ? JSON.stringify(overview, null, 2) : overviewText(overview));
      exit(VERDICT_CODES[overview.verdict]);
    } catch (error) {
      if (!(error instanceof PluginError) || error.code !== 'program_unavailable') throw error;
      terminal.error(error.message);
      exit(UNREACHABLE_CODE);
    }
  });
}

function overviewText(overview: Overview): string {
  const { problems, connections, apps, delivery, at } = overview;
  return [
    headline(overview),
    ...problems.map(
      (problem) =>
        `${problemWords(problem, at)}\n  What to do: ${adviceWords(problem).replaceAll('\n', '\n  ')}`,
    ),
    ...connections.map(
      ({ id, name, project, status }) =>
        `connection ${name}${project === undefined ? '' : ` in ${project}`} (${id}): ${status.code}, ${status.message}`,
    ),
    ...apps.map(({ id, state, sockets }) => `Slack app ${id}: ${state}, ${sockets} live`),
    `delivery: ${delivery.waiting} waiting, ${delivery.inFlight} in flight, ${delivery.dead} dead letters`,
  ].join('\n');
}
