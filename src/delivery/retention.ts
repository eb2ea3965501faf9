import { sleep, type Clock } from '../core/clock.js';
import type { Channel } from '../core/channel.js';
import type { Journal } from '../storage/journal.js';
import type { DeliveryEvent } from './events.js';
import type { JournalHealth } from './journal-health.js';
import type { DeliveryLimits } from './limits.js';

export interface RetentionPorts {
  readonly journal: Journal;
  readonly clock: Clock;
  readonly now: () => number;
  readonly limits: DeliveryLimits;
  readonly health: JournalHealth;
  readonly events: Channel<DeliveryEvent>;
}

/** Removes what is no longer needed, in small steps with pauses, until `signal` aborts; then it rejects. */
export async function keepTidy(ports: RetentionPorts, signal: AbortSignal): Promise<void> {
  const { clock, limits, health } = ports;
  for (;;) {
    try {
      await tidy(ports, signal);
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
