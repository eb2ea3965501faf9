import { PluginError } from '../../core/errors.js';
import { counted, sentence, timeWords } from '../../core/words.js';
import {
  adviceWords,
  problemWords,
  type DeadLetter,
  type Overview,
  type Problem,
} from '../../ops/overview.js';
import type { RunningProgram } from '../ports.js';
import type { Finding } from './finding.js';

/** What a running program says of itself, if there is one. */
export async function tryProgram(
  running: RunningProgram,
): Promise<{ readonly findings: readonly Finding[]; readonly overview: Overview | undefined }> {
  const step = 'program';
  try {
    const overview = (await running.get('/ops/overview')) as Overview;
    const { version, startedAt, verdict, problems, at } = overview;
    const reasons = overview.delivery.dead === 0 ? '' : await deadLetterReasons(running);
    const runs = `Version ${version} has run at ${running.url} since ${timeWords(startedAt, at, 'second')}`;
    const found =
      verdict === 'well'
        ? `${runs}; it is healthy.`
        : `${runs}, and reports ${counted(problems.length, 'problem')}:`;
    return {
      findings: [
        { step, verdict: 'ok', found },
        ...problems.map((problem) => problemFinding(problem, at, reasons)),
      ],
      overview,
    };
  } catch (error) {
    const { code, message } = PluginError.from(error);
    const finding: Finding =
      code === 'program_unavailable'
        ? { step, verdict: 'skipped', found: `${sentence(message)} The steps below try what it would do.` }
        : { step, verdict: 'failed', found: sentence(message) };
    return { findings: [finding], overview: undefined };
  }

  function problemFinding(problem: Problem, at: string, reasons: string): Finding {
    const { severity, about } = problem;
    const advice = adviceWords(problem);
    const found = `${problemWords(problem, at)}${about === 'dead_letters' ? reasons : ''}`;
    const verdict = severity === 'degraded' ? 'warning' : 'failed';
    return { step, verdict, found, advice, about: isOfSlack(problem) ? [about, 'slack'] : [about] };
  }
}

/** Whether an app has no sockets because Slack does not answer. */
function isOfSlack({ about, advice }: Problem): boolean {
  return about === 'apps' && advice.includes('Slack cannot be reached');
}

// More would not be read.
const MOST_REASONS = 3;

/** Why there are dead letters, the most frequent reasons on a line each. */
async function deadLetterReasons(running: RunningProgram): Promise<string> {
  const letters = (await running.get('/ops/dead-letters?limit=1000')) as DeadLetter[];
  const counts = new Map<string, number>();
  for (const { type, reason } of letters) {
    const words = `${type}: ${reason}`;
    counts.set(words, (counts.get(words) ?? 0) + 1);
  }
  const lines = [...counts]
    .sort(([, left], [, right]) => right - left)
    .map(([words, count]) => `- ${words}${count > 1 ? ` (${count} times)` : ''}`);
  const more = lines.length - MOST_REASONS;
  return ['', ...lines.slice(0, MOST_REASONS), ...(more > 0 ? [`- and ${more} more reasons`] : [])].join(
    '\n',
  );
}

/** The sockets of a running program: another one beside them would take their events. */
export function socketsOf({ apps }: Overview): Finding[] {
  const step = 'socket';
  if (apps.length === 0)
    return [{ step, verdict: 'skipped', found: 'The running program serves no Slack app.' }];
  return apps.map(({ id, sockets, wanted }) => ({
    step,
    about: ['apps'],
    verdict: sockets === 0 ? 'failed' : sockets < wanted ? 'warning' : 'ok',
    found: `The running program has ${counted(sockets, 'live socket')} of app ${id}, and should have ${wanted}.`,
  }));
}
