import type { AppView, ConnectionView, Overview, Problem, ReplicaView } from '../overview.js';

/**
 * The one rule for the colours of the status page, for every lamp and note on it:
 * - error (red): events of somebody do not get through now, because they are not received or start no workflow
 * - warning (amber): events get through, but something needs attention
 * - ok (green): all is as it should be
 * - idle (a ring): nothing is expected of it
 *
 * The headline, and the picture in the browser's tab, have the worst colour on the page.
 */
export type Colour = 'error' | 'warning' | 'ok' | 'idle';

const WORST_FIRST: readonly Colour[] = ['error', 'warning', 'ok', 'idle'];

function worstOf(colours: readonly Colour[]): Colour {
  return WORST_FIRST.find((each) => colours.includes(each)) ?? 'idle';
}

const OF_PROBLEM: Readonly<Record<Problem['severity'], Colour>> = {
  broken: 'error',
  failing: 'error',
  degraded: 'warning',
};

export function colourOfProblem({ severity }: Pick<Problem, 'severity'>): Colour {
  return OF_PROBLEM[severity];
}

/** The colour of what some problems are about; green where none of them is there. */
export function colourOf({ problems }: Overview, ...about: readonly Problem['about'][]): Colour {
  const colours = problems.filter((each) => about.includes(each.about)).map(colourOfProblem);
  return worstOf([...colours, 'ok']);
}

/** A connection's own colour; what holds for the whole program, which its status calls a warning, has that problem's. */
export function colourOfConnection(connection: ConnectionView, overview: Overview): Colour {
  const { active, status } = connection;
  if (!active || status.code === 'init_required' || status.code === 'unspecified') return 'idle';
  return isGeneral(connection, overview)
    ? colourOf(overview, 'rights', 'server', 'journal', 'delivery')
    : status.code;
}

/** Whether a connection's status tells what is wrong with the whole program. */
export function isGeneral({ status }: ConnectionView, { conditions }: Overview): boolean {
  return (
    status.code !== 'ok' && conditions.some(({ ok, message }) => !ok && message.includes(status.message))
  );
}

export function colourOfConnections(overview: Overview): Colour {
  return worstOf(overview.connections.map((each) => colourOfConnection(each, overview)));
}

const OF_APP: Readonly<Record<string, Colour>> = { live: 'ok', renewing: 'ok' };

export function colourOfApp({ state, sockets, wanted }: AppView): Colour {
  if (sockets === 0) return 'error';
  return sockets < wanted ? 'warning' : (OF_APP[state] ?? 'warning');
}

export function colourOfApps({ apps }: Overview): Colour {
  return worstOf(apps.map(colourOfApp));
}

const OF_REPLICA: Readonly<Record<ReplicaView['state'], Colour>> = {
  live: 'ok',
  draining: 'idle',
  gone: 'warning',
};

export function colourOfReplica({ state }: ReplicaView): Colour {
  return OF_REPLICA[state];
}

export function colourOfPage(overview: Overview): Colour {
  const { problems, replicas } = overview;
  return worstOf([
    'ok',
    ...problems.map(colourOfProblem),
    ...replicas.map(colourOfReplica),
    colourOfConnections(overview),
    colourOfApps(overview),
  ]);
}
