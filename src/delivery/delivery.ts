import type { Channel } from '../core/channel.js';
import type { DeadRow } from '../storage/journal.js';
import type { DeliveryEvent } from './events.js';
import type { Intake } from './intake.js';

/** Rows that were given up: to be seen, and sent again. */
export interface DeadLetters {
  /** Those with an id above `after`, in the order of their ids. */
  list(after: number, limit: number): Promise<readonly DeadRow[]>;
  /** Puts them back into their conversations; answers how many there were. */
  resend(ids: readonly number[]): Promise<number>;
}

/** What a status page and the metrics show. */
export interface DeliveryStats {
  /** Not delivered yet, those in flight included. */
  readonly waiting: number;
  readonly waitingByConnection: ReadonlyMap<string, number>;
  readonly dead: number;
  readonly inFlight: number;
  /** How many dispatches may be under way at present. */
  readonly concurrency: number;
  readonly usedBytes: number;
  readonly fileBytes: number;
  /** Why the server takes nothing at present, if so. */
  readonly outage: string | undefined;
  /** Why the journal cannot be written at present, if so. */
  readonly journalFailing: string | undefined;
}

/** Everything between Slack's frame and the server's answer. */
export interface Delivery {
  /** Takes events from its making until stop(), dispatching or not. */
  readonly intake: Intake;
  readonly events: Channel<DeliveryEvent>;
  readonly deadLetters: DeadLetters;
  stats(): Promise<DeliveryStats>;
  /** Begins to dispatch: first what a crash left in flight, and at once what waits. */
  start(): Promise<void>;
  /** Ends intake, lets dispatches finish, aborts those that do not. Does not close the journal. */
  stop(): Promise<void>;
}
