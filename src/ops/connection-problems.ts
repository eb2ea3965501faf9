import { listWords, parted, sentence } from '../core/words.js';
import type { AppSocketsStatus } from '../slack/status.js';
import { THIS_PAGE } from '../slack/errors.js';
import { appProblem } from './app-problems.js';
import type { ConnectionView, Problem } from './overview.js';
import { UNRECEIVED, type Found, type ProblemFacts } from './problem-facts.js';

// As many as are named.
const MOST_PAGES = 4;

/** Apps without all of their sockets. */
export function appProblems({ apps, connections }: ProblemFacts): Found[] {
  const isNoneServed = apps.every(({ status }) => status.sockets === 0);
  const activeOf = groupedBy(connections, ({ active, appId }) => (active ? appId : undefined));
  return apps.flatMap(({ id, status }) => {
    const problem = appProblem(status);
    if (problem === undefined) return [];
    const served = activeOf.get(id) ?? [];
    const whose = served.length === 0 ? '' : ` (${listWords(served.map(nameOf))})`;
    const isUnreached = status.sockets === 0;
    return [
      {
        ...{ severity: isUnreached ? (isNoneServed ? 'broken' : 'failing') : 'degraded', about: 'apps' },
        ...{ keys: [`app ${id}`], ...onTheirPages(problem.advice, served) },
        sentence: `Slack app ${id}${whose} ${problem.what}.`,
        impact: isUnreached
          ? UNRECEIVED
          : 'Nothing is lost: the other sockets of the app receive its events.',
      },
    ];
  });
}

/** What only connections tell: what is wrong with the whole program or with an app is told once, and not by each. */
export function connectionProblems({ apps, connections, health }: ProblemFacts): Found[] {
  const general = new Set(health.problems());
  const statusOf = new Map(apps.map(({ id, status }) => [id, status]));
  const byMessage = groupedBy(connections, ({ active, appId, status: { code, message } }) => {
    if (!active || code === 'ok' || general.has(message)) return undefined;
    const ofApp = appId === undefined ? undefined : statusOf.get(appId);
    return ofApp !== undefined && isToldByApp(message, ofApp) ? undefined : message;
  });
  return [...byMessage].map(([message, alike]) => {
    const [what, why] = parted(message);
    const isFailing = alike.some(({ status }) => status.code === 'error');
    const isUnreached = alike.some(({ appId }) => (statusOf.get(appId ?? '')?.sockets ?? 0) === 0);
    return {
      ...{ severity: isFailing ? 'failing' : 'degraded', about: 'connections' },
      keys: alike.map(({ id }) => `connection ${id}`),
      sentence: `${listWords(alike.map(nameOf))}: ${what}.`,
      impact: isUnreached
        ? UNRECEIVED
        : isFailing
          ? undelivered(alike.length)
          : 'What this program receives is delivered.',
      ...onTheirPages(why === '' ? `Open ${THIS_PAGE}.` : sentence(why), alike),
    };
  });
}

/** Connections by what they have in common, without those for which that is undefined. */
function groupedBy(
  connections: readonly ConnectionView[],
  keyOf: (connection: ConnectionView) => string | undefined,
): ReadonlyMap<string, readonly ConnectionView[]> {
  const groups = new Map<string, ConnectionView[]>();
  for (const connection of connections) {
    const key = keyOf(connection);
    if (key === undefined) continue;
    const alike = groups.get(key);
    if (alike === undefined) groups.set(key, [connection]);
    else alike.push(connection);
  }
  return groups;
}

/** Advice that tells of these connections' pages which pages these are. */
function onTheirPages(
  advice: string,
  connections: readonly ConnectionView[],
): Pick<Problem, 'advice' | 'pages'> {
  if (connections.length === 0 || !advice.includes(THIS_PAGE)) return { advice };
  const names = connections.map(nameOf);
  const which = names.length === 1 ? 'the page of' : 'the pages of';
  return {
    advice: advice.replaceAll(THIS_PAGE, `${which} ${listWords(names)}`),
    pages: connections
      .slice(0, MOST_PAGES)
      .map((connection) => ({ name: nameOf(connection), url: connection.page })),
  };
}

function undelivered(connections: number): string {
  return `Events for ${connections === 1 ? 'it' : 'them'} start no workflow meanwhile, and are lost.`;
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
