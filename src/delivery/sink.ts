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

/** Where events go. Both methods end soon after `signal` is aborted. */
export interface EventSink {
  /** Never rejects for what the server says; a rejection counts as `failed`. */
  dispatch(row: JournalRow, signal: AbortSignal): Promise<DispatchOutcome>;
  /** The id of the event that an earlier dispatch of this row stored, if there is one. Rejects if that cannot be told. */
  find(row: JournalRow, signal: AbortSignal): Promise<string | undefined>;
}
