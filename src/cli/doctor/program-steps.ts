import { PluginError } from '../../core/errors.js';
import { counted } from '../../core/words.js';
import type { Overview } from '../../ops/overview.js';
import type { RunningProgram } from '../ports.js';
import type { Finding } from './finding.js';

/** What a running program says of itself, if there is one. */
export async function tryProgram(
  running: RunningProgram,
): Promise<{ readonly findings: readonly Finding[]; readonly overview: Overview | undefined }> {
  const step = 'program';
  try {
    const overview = (await running.get('/ops/overview')) as Overview;
    const { version, startedAt, verdict, problems } = overview;
    const found = `Version ${version} has run at ${running.url} since ${startedAt}; it is ${verdict}.`;
    return { findings: [{ step, verdict: 'ok', found }, ...problems.map(problemFinding)], overview };
  } catch (error) {
    const { code, message } = PluginError.from(error);
    const finding: Finding =
      code === 'program_unavailable'
        ? { step, verdict: 'skipped', found: `${capital(message)}. The steps below try what it would do.` }
        : { step, verdict: 'failed', found: `${capital(message)}.` };
    return { findings: [finding], overview: undefined };
  }

  function problemFinding({ severity, sentence, advice }: Overview['problems'][number]): Finding {
    return { step, verdict: severity === 'broken' ? 'failed' : 'warning', found: sentence, advice };
  }
}

/** The sockets of a running program: another one beside them would take their events. */
export function socketsOf({ apps }: Overview): Finding[] {
  const step = 'socket';
  if (apps.length === 0)
    return [{ step, verdict: 'skipped', found: 'The running program serves no Slack app.' }];
  return apps.map(({ id, sockets, wanted }) => ({
    step,
    verdict: sockets === 0 ? 'failed' : sockets < wanted ? 'warning' : 'ok',
    found: `The running program has ${counted(sockets, 'live socket')} of app ${id}, and should have ${wanted}.`,
  }));
}

function capital(text: string): string {
  return text.slice(0, 1).toUpperCase() + text.slice(1);
}
