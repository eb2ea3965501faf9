import type { Channel } from '../core/channel.js';
import { sleep, type Clock } from '../core/clock.js';
import type { Journal } from '../storage/journal.js';
import type { Backlog } from './backlog.js';
import type { DeliveryEvent } from './events.js';
import type { DeliveryLimits } from './limits.js';

export interface RemovalPorts {
  readonly journal: Journal;
  readonly clock: Clock;
  readonly limits: DeliveryLimits;
  readonly backlog: Backlog;
  readonly events: Channel<DeliveryEvent>;
}

/**
 * Removes what the journal keeps of a connection, but for what is being sent, in small steps with pauses. Tells how much
 * it was, also when it rejects half-way: because the journal failed, or `signal` was aborted.
 */
export async function removeConnection(
  connectionId: string,
  { journal, clock, limits, backlog, events }: RemovalPorts,
  signal: AbortSignal,
): Promise<void> {
  let waiting = 0;
  let dead = 0;
  try {
    for (let more = true; more;) {
      const step = await journal.removeConnection(connectionId, limits.pruneRows);
      for (const source of step.removed) {
        backlog.removed(source);
        waiting += source.waiting;
        dead += source.dead;
      }
      more = step.more;
      if (more) await sleep(clock, limits.pruneStepMs, signal);
    }
  } finally {
    if (waiting + dead > 0) events.emit({ t: 'connection_removed', connectionId, waiting, dead });
  }
}
