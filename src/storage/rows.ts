/** One connection of one Slack app. Rows are counted and limited by source. */
export interface Source {
  readonly appId: string;
  readonly connectionId: string;
}

/** One event for one connection, as it is written before the event is acknowledged. */
export interface NewRow extends Source {
  /** Slack's own id of the event. Unique with the app and the connection. */
  readonly key: string;
  readonly kind: string;
  /** Rows of one connection and conversation are dispatched in their order; may be empty. */
  readonly conversation: string;
  /** A person waits for it: urgent rows have lanes of their own, which are dispatched first. */
  readonly urgent: boolean;
  /** The frame's text as received. */
  readonly body: string;
  /** Milliseconds since 1970. */
  readonly receivedAt: number;
}

/** A row on its way into the journal. */
export interface RowToAppend extends NewRow {
  /** If the row is the first of its lane, it is claimed for this owner as it is written, as claim() would. */
  readonly claimFor?: string | undefined;
}

/** A row that an owner has claimed, to dispatch it or to look it up. */
export interface JournalRow extends NewRow {
  /** Grows in the order of writing. */
  readonly id: number;
  /** Dispatches begun so far, this one included, without those that failed by an outage. */
  readonly attempts: number;
  /** An earlier dispatch failed for a reason that passes. */
  readonly retried: boolean;
  /** Which claim of the row this is, where several processes share the journal. */
  readonly turn?: number | undefined;
  /** When a dispatch had no answer: the event is looked up before it is sent again. Milliseconds since 1970. */
  readonly unansweredAt?: number | undefined;
}

/** How an append ended for a row: claimed, with its id; `first` of its lane; `behind` others of its lane; or not written. */
export type Appended =
  { readonly claimed: number; readonly turn?: number | undefined } | 'first' | 'behind' | 'duplicate';
