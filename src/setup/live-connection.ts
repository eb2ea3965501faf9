import type { ActivityLog } from '../connections/activity.js';
import type { LiveConnections } from '../connections/live-connections.js';
import type { LiveConnection } from './ports.js';
import type { SlackSockets } from '../slack/sockets.js';

/** What the set-up page shows of a connection. */
export async function liveConnection(
  connectionId: string,
  parts: {
    readonly live: LiveConnections;
    readonly sockets: SlackSockets;
    readonly delivery: {
      stats(): Promise<{ readonly waitingByConnection: ReadonlyMap<string, number> }>;
    };
    readonly activity: ActivityLog;
  },
): Promise<LiveConnection | undefined> {
  const { live, sockets, delivery, activity } = parts;
  const entry = live.registry.get(connectionId);
  if (entry === undefined) return undefined;
  const app = entry.setup.t === 'complete' ? sockets.status(entry.setup.appId) : undefined;
  const open = app?.sockets ?? 0;
  const { delivered, dead, lastEvent } = activity.of(connectionId);
  const { waitingByConnection } = await delivery.stats();
  return {
    status: live.current(connectionId),
    active: entry.active,
    sockets: { open, wanted: app?.wanted ?? 0, counted: open + (app?.foreign ?? 0) },
    waiting: waitingByConnection.get(connectionId) ?? 0,
    ...{ delivered, dead, lastEvent },
  };
}
