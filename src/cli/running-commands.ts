import { InvalidArgumentError, type Command } from 'commander';
import { PluginError } from '../core/errors.js';
import { headline, type DeadLetter, type Overview } from '../ops/overview.js';
import type { CommandPorts, Flags } from './ports.js';
import { addUrlOption, type UrlOption } from './url-option.js';

// As many as one request of the program takes.
const PAGE = 1_000;

// 1 and 2 are taken: the command failed, or its words were wrong.
const VERDICT_CODES: Readonly<Record<Overview['verdict'], number>> = { well: 0, degraded: 3, broken: 4 };
const UNREACHABLE_CODE = 5;

/** `status` and `dead-letters`: asks the program that is running. */
export function addRunningCommands(
  program: Command,
  ports: CommandPorts,
  flags: () => Flags,
  exit: (code: number) => void,
): void {
  const { terminal } = ports;
  const status = program
    .command('status')
    .description(
      'print the state of the running program; ends with 0 (well), 3 (degraded), 4 (broken) or 5 (unreachable)',
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

  const letters = program
    .command('dead-letters')
    .description('print or resend events that could not be delivered');
  letters
    .command('list')
    .description('print dead letters, oldest first')
    .option('--json', 'as JSON')
    .action(async (options: { json?: true }) => {
      const all = await allLetters(ports, flags());
      if (options.json === true) terminal.out(JSON.stringify(all, null, 2));
      else if (all.length === 0) terminal.out('There are no dead letters.');
      else for (const letter of all) terminal.out(letterText(letter));
    });
  letters
    .command('resend')
    .description('send dead letters again')
    .argument('[ids...]', 'the ids of dead letters, which `list` prints first', addId)
    .option('--all', 'send all dead letters again')
    .action(async (given: number[], options: { all?: true }, command: Command) => {
      const ids =
        options.all === true ? (await allLetters(ports, flags())).map(({ id }) => id) : [...new Set(given)];
      if (ids.length === 0 && options.all !== true) command.error('error: give ids, or --all');
      let resent = 0;
      for (let start = 0; start < ids.length; start += PAGE) {
        const answer = await ports
          .running(flags())
          .post('/ops/dead-letters/resend', { ids: ids.slice(start, start + PAGE) });
        resent += (answer as { resent: number }).resent;
      }
      if (ids.length > 0 && resent === 0) throw noSuchLetter(ids);
      terminal.out(`Requeued ${resent} of ${ids.length}.`);
    });
}

function addId(word: string, ids: readonly number[] = []): number[] {
  if (!/^[1-9]\d{0,14}$/.test(word)) throw new InvalidArgumentError('An id is a whole number.');
  return [...ids, Number(word)];
}

function noSuchLetter(ids: readonly number[]): PluginError {
  const which = ids.length === 1 ? `no dead letter ${ids.join()}` : 'none of these dead letters';
  return new PluginError(
    'not_found',
    `There is ${which}: \`ak-slack dead-letters list\` prints all dead letters.`,
  );
}

async function allLetters(ports: CommandPorts, flags: Flags): Promise<DeadLetter[]> {
  const all: DeadLetter[] = [];
  for (;;) {
    const path = `/ops/dead-letters?after=${all.at(-1)?.id ?? 0}&limit=${PAGE}`;
    const page = (await ports.running(flags).get(path)) as DeadLetter[];
    all.push(...page);
    if (page.length < PAGE) return all;
  }
}

function letterText({ id, connectionId, kind, key, reason, givenUpAt }: DeadLetter): string {
  return `${id}  ${givenUpAt}  ${connectionId}  ${kind} ${key}: ${reason}`;
}

function overviewText(overview: Overview): string {
  const { problems, connections, apps, delivery } = overview;
  return [
    headline(overview),
    ...problems.map(({ sentence, advice }) => `${sentence} ${advice}`),
    ...connections.map(
      ({ id, name, project, status }) =>
        `connection ${name}${project === undefined ? '' : ` in ${project}`} (${id}): ${status.code}, ${status.message}`,
    ),
    ...apps.map(({ id, state, sockets }) => `Slack app ${id}: ${state}, ${sockets} live`),
    `delivery: ${delivery.waiting} waiting, ${delivery.inFlight} in flight, ${delivery.dead} dead letters`,
  ].join('\n');
}
