import type { ActivityLog } from '../connections/activity.js';
import type { LiveConnections } from '../connections/live-connections.js';
import type { Delivery } from '../delivery/delivery.js';
import { CONDITIONS, type Condition, type Health } from '../core/health.js';
import type { Gauges } from './metrics.js';
import type { Overview } from './overview.js';
import type { SlackSockets } from '../slack/sockets.js';

/** The parts that are looked at. */
export interface Observed {
  readonly version: string;
  readonly live: LiveConnections;
  readonly sockets: SlackSockets;
  readonly delivery: Delivery;
  readonly activity: ActivityLog;
  readonly health: Health;
}

const WELL: Readonly<Record<Condition, string>> = {
  rights: 'AutoKitteh grants all required rights.',
  server: 'AutoKitteh is reachable.',
  journal: 'Events can be written to the journal.',
  delivery: 'AutoKitteh accepts events.',
  apps: 'Each Slack app has all of its sockets.',
};

/** Everything at a glance, without secrets. */
export async function overviewOf(observed: Observed): Promise<Overview> {
  const { live, sockets, delivery, activity, health, version } = observed;
  const stats = await delivery.stats();
  const apps = live.apps().flatMap((id) => {
    const status = sockets.status(id);
    return status === undefined ? [] : [{ id, status }];
  });
  return {
    version,
    troubles: health.problems(),
    conditions: CONDITIONS.map((name) => {
      const problems = health.problems(name);
      return { name, ok: problems.length === 0, message: problems.join(' ') || WELL[name] };
    }),
    connections: live.entries().map(({ record, active }) => {
      const { delivered, dead } = activity.of(record.id);
      return { id: record.id, name: record.name, status: live.current(record.id), active, delivered, dead };
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
