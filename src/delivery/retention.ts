import { sleep, type Clock } from '../core/clock.js';
import type { Channel } from '../core/channel.js';
import type { Journal } from '../storage/journal.js';
import type { Backlog } from './backlog.js';
import type { DeliveryEvent } from './events.js';
import type { JournalHealth } from './journal-health.js';
import type { DeliveryLimits } from './limits.js';

interface RetentionPorts {
  readonly journal: Journal;
  readonly clock: Clock;
  readonly now: () => number;
  readonly limits: DeliveryLimits;
  readonly health: JournalHealth;
  readonly events: Channel<DeliveryEvent>;
  readonly backlog: Backlog;
  readonly prunes: () => boolean;
}

/** Removes what is no longer needed while `prunes` says that it is this process's to do, in small steps with pauses, until `signal` aborts; then it rejects. */
export async function keepTidy(ports: RetentionPorts, signal: AbortSignal): Promise<void> {
  const { clock, limits, health } = ports;
  for (;;) {
    try {
      if (ports.prunes()) await tidy(ports, signal);
    } catch (error) {
      signal.throwIfAborted();
      health.failed(error);
    }
    await sleep(clock, limits.pruneMs, signal);
  }
}

async function tidy(
  { journal, clock, now, limits, events }: RetentionPorts,
  signal: AbortSignal,
): Promise<void> {
  const time = now();
  const request = {
    bodiesBefore: time - limits.bodiesMs,
    keysBefore: time - limits.keysMs,
    pathsBefore: time - limits.pathsMs,
    deadBefore: time - limits.deadMs,
    limit: limits.pruneRows,
  };
  for (let more = true; more;) {
    const pruned = await journal.prune(request);
    if (pruned.deadForRoom > 0) events.emit({ t: 'dead_removed', count: pruned.deadForRoom });
    more = pruned.more;
    if (more) await sleep(clock, limits.pruneStepMs, signal);
  }
  while (await journal.compact()) await sleep(clock, limits.pruneStepMs, signal);
}

/**
 * Removes what the journal keeps of a connection, but for what is being sent, in small steps with pauses. Tells how much
 * it was, also when it rejects half-way: because the journal failed, or `signal` was aborted.
 */
export async function removeConnection(
  connectionId: string,
  { journal, clock, limits, backlog, events }: Omit<RetentionPorts, 'now' | 'health' | 'prunes'>,
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
