import type { JournalRow } from '../storage/journal.js';

/** How a dispatch ended. */
export type DispatchOutcome =
  /** The server has it; the id is empty where the server gives none (organisation-level connections). */
  | { readonly t: 'delivered'; readonly eventId: string }
  /** The server refuses this very event, and always will. */
  | { readonly t: 'poisoned'; readonly reason: string }
  /** No event can be made of the row; the server was not asked. */
  | { readonly t: 'unreadable'; readonly reason: string }
  /** We lack the right: to dispatch to this connection if other events pass, else to dispatch at all, like an outage. */
  | { readonly t: 'forbidden'; readonly reason: string }
  /** The server takes no events at all: it is down, overloaded, or refuses our credentials. */
  | { readonly t: 'outage'; readonly reason: string }
  /** It failed, and the answer does not say whether the event or the server is to blame. */
  | { readonly t: 'failed'; readonly reason: string };

/** Sends one row's event. Ends soon after `signal` is aborted. A rejection counts as `failed`. */
export type Send = (signal: AbortSignal) => Promise<DispatchOutcome>;

/** Where events go. */
export interface EventSink {
  /** Makes of a row what is sent; nothing leaves yet. Throws if no event can be made of it. */
  prepare(row: JournalRow): Send;
  /**
   * The id of the event that an earlier dispatch of this row stored, if there is one. Rejects if that cannot be told; ends
   * soon after `signal` is aborted.
   */
  find(row: JournalRow, signal: AbortSignal): Promise<string | undefined>;
}
