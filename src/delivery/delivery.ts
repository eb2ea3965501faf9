import type { Channel } from '../core/channel.js';
import type { Clock } from '../core/clock.js';
import type { Health } from '../core/health.js';
import type { Random } from '../core/random.js';
import type { Membership } from '../storage/cluster.js';
import type { DeadRow, Journal } from '../storage/journal.js';
import type { DeliveryEvent } from './events.js';
import type { Intake } from './intake.js';
import type { DeliveryLimits } from './limits.js';
import type { EventSink } from './sink.js';
import type { DeliveryStats } from './stats.js';

/** Rows that were given up: to be seen, and sent again. */
export interface DeadLetters {
  /** Those with an id above `after`, in the order of their ids. */
  list(after: number, limit: number): Promise<readonly DeadRow[]>;
  /** Puts them back into their conversations; answers how many there were. */
  resend(ids: readonly number[]): Promise<number>;
}

/** Everything between Slack's frame and the server's answer. */
export interface Delivery {
  /** Takes events from its making until stop(), dispatching or not. */
  readonly intake: Intake;
  readonly events: Channel<DeliveryEvent>;
  readonly deadLetters: DeadLetters;
  /** The connections of which the journal keeps anything. */
  connections(): Promise<string[]>;
  /** Removes what the journal keeps of a connection that was deleted, but for what is being sent at present. */
  removeConnection(connectionId: string, signal: AbortSignal): Promise<void>;
  stats(): Promise<DeliveryStats>;
  /** Begins to dispatch: first what a crash left in flight, and at once what waits. Rejects if the journal fails. */
  start(): Promise<void>;
  /** Ends intake, lets dispatches finish, aborts those that do not. Does not close the journal. A second call joins the first. */
  stop(): Promise<void>;
}

export interface DeliveryOptions {
  readonly journal: Journal;
  /** Where several processes share the journal: what one of them leaves is looked for all the time then. */
  readonly membership?: Membership | undefined;
  /** Whether this process is to claim rows of an app before others do; of all apps, unless said. */
  readonly isHost?: ((appId: string) => boolean) | undefined;
  readonly sink: EventSink;
  readonly clock: Clock;
  readonly random: Random;
  /** Is told whether the journal can be written and whether the server takes events. */
  readonly health: Health;
  /** Instead of the defaults. */
  readonly limits?: Partial<DeliveryLimits> | undefined;
}
