import type { LivePolicy } from '../connections/policy.js';
import type { Channel } from '../core/channel.js';
import type { Clock } from '../core/clock.js';
import type { Log } from '../core/log.js';
import type { ProcessFault } from '../core/process-end.js';
import type { Random } from '../core/random.js';
import type { DeliveryLimits } from '../delivery/limits.js';
import type { SocketPolicy } from '../slack/policy.js';
import type { JournalDatabase } from '../storage/journal.js';

/** What the program does not make itself: tests give other ones. */
export interface Surroundings {
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly version: string;
  /** What no code caught in this process. */
  readonly faults: Channel<ProcessFault>;
  readonly live: LivePolicy;
  readonly sockets: SocketPolicy;
  readonly delivery: DeliveryLimits;
  readonly openJournal: (path: string) => Promise<JournalDatabase>;
}
