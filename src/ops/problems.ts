import type { RightsState } from '../autokitteh/rights-check.js';
import type { Health } from '../core/health.js';
import { byteWords, counted, durationWords, listWords, parted, sentence } from '../core/words.js';
import type { AppSocketsStatus } from '../slack/status.js';
import { appProblem } from './app-problems.js';
import type { ConnectionView, Overview, Problem } from './overview.js';

export interface ProblemFacts {
  readonly health: Pick<Health, 'problems'>;
  readonly rights: RightsState['t'];
  /** Whether AutoKitteh has listed its connections since the start. */
  readonly hasListed: boolean;
  readonly apps: readonly { readonly id: string; readonly status: AppSocketsStatus }[];
  readonly connections: readonly ConnectionView[];
  readonly delivery: Overview['delivery'];
  readonly replicas: Overview['replicas'];
  /** Milliseconds since 1970. */
  readonly now: number;
}

// A dispatch takes seconds at most: what waits longer is behind something.
const OLD_MS = 60_000;
// Dead letters are removed for room from here on, and events are refused a fifth later.
const CROWDED = 0.8;
// Ten minutes of a thousand large events a second.
const LITTLE_ROOM = 512 * 1024 ** 2;

/** Everything that is wrong, the worst first: nothing only if events are received and delivered as they should be. */
export function problemsOf(facts: ProblemFacts): Problem[] {
  const problems = [
    ...rightsProblems(facts),
    ...serverProblems(facts),
    ...journalProblems(facts),
    ...appProblems(facts),
    ...connectionProblems(facts),
    ...replicaProblems(facts),
    ...backlogProblems(facts),
    ...deadLetterProblems(facts),
    ...roomProblems(facts),
  ];
  return problems.sort(
    (left, right) => Number(right.severity === 'broken') - Number(left.severity === 'broken'),
  );
}

export function verdictOfProgram(problems: readonly Problem[]): Overview['verdict'] {
  if (problems.some(({ severity }) => severity === 'broken')) return 'broken';
  return problems.length === 0 ? 'well' : 'degraded';
}

function rightsProblems({ health, rights }: ProblemFacts): Problem[] {
  const [advice] = health.problems('rights');
  const about = 'rights';
  if (advice !== undefined)
    return [
      {
        ...{ severity: 'broken', about, advice },
        sentence: 'AutoKitteh does not grant this program the rights that it needs.',
      },
    ];
  // That it is away is told by another problem.
  if (rights === 'sufficient' || health.problems('server').length > 0) return [];
  return [
    {
      ...{ severity: 'degraded', about },
      sentence: 'It is not known yet whether AutoKitteh grants this program the rights that it needs.',
      advice: 'Nothing to do: the program asks AutoKitteh again by itself.',
    },
  ];
}

function serverProblems({ health, hasListed, delivery }: ProblemFacts): Problem[] {
  const [away] = health.problems('server');
  if (away !== undefined) {
    const meanwhile = hasListed
      ? `Events are still received; ${waitingWords(delivery.waiting)}, and nothing is lost.`
      : 'Until it has listed its connections, no socket is opened.';
    return [
      {
        ...{ severity: 'broken', about: 'server', sentence: sentence(away) },
        advice: `Start the AutoKitteh server, or correct AUTOKITTEH_URL. ${meanwhile}`,
      },
    ];
  }
  return health.problems('delivery').map((problem) => {
    const [, reason] = parted(problem);
    return {
      ...{ severity: 'broken', about: 'delivery' },
      sentence: sentence(`AutoKitteh does not accept events: ${reason}`),
      advice: `Look into the log of the AutoKitteh server. Events are still received; ${waitingWords(delivery.waiting)}, and the program tries again by itself.`,
    };
  });
}

function waitingWords(waiting: number): string {
  if (waiting === 0) return 'they wait in the journal';
  return `${counted(waiting, 'event')} ${waiting === 1 ? 'waits' : 'wait'} in the journal`;
}

function journalProblems({ health }: ProblemFacts): Problem[] {
  return health.problems('journal').map((problem) => {
    const [what, why] = parted(problem);
    return {
      ...{ severity: 'broken', about: 'journal', sentence: sentence(what) },
      advice: `${sentence(why)} Slack sends events again for some minutes; people who use a slash command are asked to repeat it.`,
    };
  });
}

function appProblems({ apps, connections }: ProblemFacts): Problem[] {
  const isNoneServed = apps.every(({ status }) => status.sockets === 0);
  return apps.flatMap(({ id, status }) => {
    const problem = appProblem(status);
    if (problem === undefined) return [];
    const served = connections.filter(({ appId, active }) => active && appId === id).map(nameOf);
    const whose = served.length === 0 ? '' : ` (${listWords(served)})`;
    const severity = status.sockets === 0 && isNoneServed ? 'broken' : 'degraded';
    return [
      {
        ...{ severity, about: 'apps', advice: problem.advice },
        sentence: `Slack app ${id}${whose} ${problem.what}.`,
      },
    ];
  });
}

/** What only connections tell: what is wrong with the whole program or with an app is told once, and not by each. */
function connectionProblems({ apps, connections, health }: ProblemFacts): Problem[] {
  const general = new Set(health.problems());
  const statusOf = new Map(apps.map(({ id, status }) => [id, status]));
  const byMessage = new Map<string, string[]>();
  for (const connection of connections) {
    const { active, appId, status } = connection;
    if (!active || status.code === 'ok' || general.has(status.message)) continue;
    const ofApp = appId === undefined ? undefined : statusOf.get(appId);
    if (ofApp !== undefined && isToldByApp(status.message, ofApp)) continue;
    byMessage.set(status.message, [...(byMessage.get(status.message) ?? []), nameOf(connection)]);
  }
  return [...byMessage].map(([message, names]) => {
    const [what, why] = parted(message);
    return {
      ...{ severity: 'degraded', about: 'connections' },
      sentence: `${listWords(names)}: ${what}.`,
      advice: why === '' ? "Open this connection's page in AutoKitteh." : sentence(why),
    };
  });
}

function isToldByApp(message: string, status: AppSocketsStatus): boolean {
  switch (status.t) {
    case 'broken':
      return message.includes(status.advice);
    case 'degraded':
    case 'renewing':
    case 'opening':
      return message.includes(status.doing) || message === 'Opening sockets';
    case 'live':
      return false;
  }
}

function nameOf({ name, project }: ConnectionView): string {
  return project === undefined ? name : `${project}/${name}`;
}

function replicaProblems({ replicas }: ProblemFacts): Problem[] {
  return replicas
    .filter(({ state }) => state === 'gone')
    .map(({ name }) => ({
      ...{ severity: 'degraded', about: 'replicas', sentence: `Replica ${name} is gone.` },
      advice: 'The others deliver what it left. Start it again, or look into its log.',
    }));
}

function backlogProblems({ delivery, health, now }: ProblemFacts): Problem[] {
  if (delivery.oldestWaitingAt === undefined || health.problems('server', 'delivery', 'rights').length > 0)
    return [];
  const age = now - Date.parse(delivery.oldestWaitingAt);
  if (age < OLD_MS) return [];
  return [
    {
      ...{ severity: 'degraded', about: 'backlog' },
      sentence: `${counted(delivery.waiting, 'event')} ${delivery.waiting === 1 ? 'waits' : 'wait'} for AutoKitteh, the oldest for ${durationWords(age)}.`,
      advice:
        'Events arrive faster than AutoKitteh accepts them, or the first of a conversation is being retried: the connections below say whose they are, and the log says why.',
    },
  ];
}

function deadLetterProblems({ delivery }: ProblemFacts): Problem[] {
  const { dead } = delivery;
  if (dead === 0) return [];
  return [
    {
      ...{ severity: 'degraded', about: 'dead_letters' },
      sentence: `${counted(dead, 'event')} could not be delivered and ${dead === 1 ? 'is a dead letter' : 'are dead letters'}.`,
      advice: 'Read the reason of each, mend the cause, then send them again; or discard them.',
    },
  ];
}

function roomProblems({ delivery, health }: ProblemFacts): Problem[] {
  // A journal that cannot be written says so itself.
  if (health.problems('journal').length > 0) return [];
  const { journalUsedBytes: used, journalMaxBytes: most, journalBytes, diskFreeBytes: free } = delivery;
  const problems: Problem[] = [];
  if (used > CROWDED * most)
    problems.push({
      ...{ severity: 'degraded', about: 'room' },
      sentence: `The journal is ${Math.floor((100 * used) / most)}% full: ${byteWords(used)} of ${byteWords(most)}.`,
      advice:
        'When it is full, events are no longer accepted. See to it that AutoKitteh accepts what waits, or raise JOURNAL_MAX_BYTES.',
    });
  if (free !== undefined && free < Math.min(LITTLE_ROOM, most - journalBytes))
    problems.push({
      ...{ severity: 'degraded', about: 'room' },
      sentence: `The disk of the journal has ${byteWords(free)} left.`,
      advice: 'When it is full, events are no longer accepted. Free some room on it.',
    });
  return problems;
}
