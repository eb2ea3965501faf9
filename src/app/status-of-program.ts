import type { ActivityLog } from '../connection/live/activity.js';
import type { LiveConnections } from '../connection/live/live-connections.js';
import type { Delivery } from '../delivery/delivery.js';
import type { IdentityCheck } from '../autokitteh/identity.js';
import type { Gauges } from '../ops/metrics.js';
import type { Overview } from '../ops/overview.js';
import type { SlackSockets } from '../slack/sockets.js';
import type { AppSocketsStatus } from '../slack/status.js';

/** The parts that are looked at. */
export interface Observed {
  readonly version: string;
  readonly live: LiveConnections;
  readonly sockets: SlackSockets;
  readonly delivery: Delivery;
  readonly activity: ActivityLog;
  readonly identity: IdentityCheck;
  /** Why events cannot be taken or delivered at present. */
  readonly trouble: () => string | undefined;
}

/** What keeps the program from doing its work for everybody, in sentences; empty when nothing does. */
export function troublesOf({ identity, live, trouble }: Omit<Observed, 'version'>): string[] {
  const verdict = identity.current();
  const rights = verdict.t === 'insufficient' ? verdict.advice : undefined;
  const down = live.serverDown === undefined ? undefined : `AutoKitteh cannot be asked: ${live.serverDown}`;
  return [rights, down, trouble()].filter((sentence) => sentence !== undefined);
}

/** Why one app gets fewer events than it should, or none, and what is done or to be done about it. */
function troubleOfApp(id: string, status: AppSocketsStatus): string[] {
  const few = status.sockets === 0 ? 'gets no events' : 'has fewer sockets than it should';
  switch (status.t) {
    case 'broken':
      return [`Slack app ${id} ${few}: ${status.advice}.`];
    case 'degraded':
      return [`Slack app ${id} ${few}: ${status.reason}; ${status.doing}.`];
    case 'opening':
      return [`Slack app ${id} gets no events yet: ${status.doing}.`];
    case 'live':
    case 'renewing':
      return [];
  }
}

/** Everything at a glance, without secrets. */
export async function overviewOf(observed: Observed): Promise<Overview> {
  const { live, sockets, delivery, activity, version } = observed;
  const stats = await delivery.stats();
  const apps = live.apps().flatMap((id) => {
    const status = sockets.status(id);
    return status === undefined ? [] : [{ id, status }];
  });
  return {
    version,
    troubles: [...troublesOf(observed), ...apps.flatMap(({ id, status }) => troubleOfApp(id, status))],
    connections: live.entries().map(({ record, active }) => {
      const { delivered, dead } = activity.of(record.id);
      return { id: record.id, name: record.name, status: live.status(record.id), active, delivered, dead };
    }),
    apps: apps.map(({ id, status: { t, sockets: open, ghosts } }) => ({
      id,
      sockets: open,
      ghosts,
      state: t,
    })),
    delivery: {
      waiting: stats.waiting,
      inFlight: stats.inFlight,
      dead: stats.dead,
      concurrency: stats.concurrency,
      journalBytes: stats.fileBytes,
    },
  };
}

/** The same for Prometheus. */
export async function gaugesOf(observed: Observed): Promise<Gauges> {
  const { apps, connections, delivery } = await overviewOf(observed);
  const byStatus = new Map<string, number>();
  for (const { status } of connections) byStatus.set(status.code, (byStatus.get(status.code) ?? 0) + 1);
  return {
    ...delivery,
    sockets: new Map(apps.map(({ id, sockets }) => [id, sockets])),
    connections: byStatus,
  };
}
