import type { JournalRow } from '../storage/rows.js';

/** How a dispatch ended, and of what: absent where no event could be made. */
export type DispatchOutcome = {
  readonly eventType?: string | undefined;
  readonly channel?: string | undefined;
} & Ending;

type Ending =
  /** The server has it; the id is empty where it gives none (organisation-level connections). */
  | { readonly t: 'delivered'; readonly eventId: string }
  /** The server refuses this very event, and always will. */
  | { readonly t: 'poisoned'; readonly reason: string }
  /** No event can be made of the row; the server was not asked. */
  | { readonly t: 'unreadable'; readonly reason: string }
  /** We lack the right: to dispatch to this connection if other events pass, else to dispatch at all, like an outage. */
  | { readonly t: 'forbidden'; readonly reason: string }
  /**
   * The server takes no events at all: it is down, overloaded, or refuses our credentials. `unsure` if what it depends on left
   * it without an answer, so that it may start the event although it refused.
   */
  | { readonly t: 'outage'; readonly reason: string; readonly unsure?: boolean }
  /** The request left and no answer of the server came: nobody knows whether the server has the event. */
  | { readonly t: 'unanswered'; readonly reason: string }
  /** It failed, and the answer does not say whether the event or the server is to blame. */
  | { readonly t: 'failed'; readonly reason: string };

/** Sends one row's event. Ends soon after `signal` is aborted. A rejection counts as `failed`. */
export type Send = (signal: AbortSignal) => Promise<DispatchOutcome>;

/** What is known at the server of a row whose dispatch had no answer. */
export type Sighting =
  /** It has no event of the row. */
  | { readonly t: 'absent' }
  /** It has the event, which started a session, or which nothing would take. */
  | { readonly t: 'settled'; readonly eventId: string }
  /** It has the event, which started nothing yet, although something may take it. */
  | { readonly t: 'unstarted'; readonly eventId: string };

/** An event that the server took. */
export interface TakenEvent {
  readonly connectionId: string;
  readonly eventId: string;
  readonly eventType: string;
}

/** What such an event has come to: it has started a session, or must start one and has not, or nothing is known. */
export type Fate = 'started' | 'due' | 'none';

/** Where events go. */
export interface EventSink {
  /** Makes of a row what is sent; nothing leaves yet. Throws if no event can be made of it. */
  prepare(row: JournalRow): Send;
  /**
   * Looks for the event that an earlier dispatch of this row stored. Rejects if that cannot be told; ends soon after
   * `signal` is aborted.
   */
  find(row: JournalRow, signal: AbortSignal): Promise<Sighting>;
  /** Rejects as find() does. */
  fateOf(taken: TakenEvent, signal: AbortSignal): Promise<Fate>;
}
