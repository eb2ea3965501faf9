import type { ActivityLog } from '../connection/live/activity.js';
import type { LiveConnections } from '../connection/live/live-connections.js';
import type { Delivery } from '../delivery/delivery.js';
import type { IdentityCheck } from '../autokitteh/identity.js';
import type { Gauges } from '../ops/metrics.js';
import type { Overview } from '../ops/overview.js';
import type { SlackSockets } from '../slack/sockets.js';

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

/** What keeps the program from doing all of its work, in sentences; empty when all is well. */
export function troublesOf({ identity, live, trouble }: Omit<Observed, 'version'>): string[] {
  const verdict = identity.current();
  const rights = verdict.t === 'insufficient' ? verdict.advice : undefined;
  const down = live.serverDown === undefined ? undefined : `AutoKitteh cannot be asked: ${live.serverDown}`;
  return [rights, down, trouble()].filter((sentence) => sentence !== undefined);
}

/** Everything at a glance, without secrets. */
export async function overviewOf(observed: Observed): Promise<Overview> {
  const { live, sockets, delivery, activity, version } = observed;
  const stats = await delivery.stats();
  return {
    version,
    troubles: troublesOf(observed),
    connections: live.entries().map(({ record, active }) => {
      const { delivered, dead } = activity.of(record.id);
      return { id: record.id, name: record.name, status: live.status(record.id), active, delivered, dead };
    }),
    apps: live.apps().flatMap((id) => {
      const status = sockets.status(id);
      return status === undefined
        ? []
        : [{ id, sockets: status.sockets, ghosts: status.ghosts, state: status.t }];
    }),
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
