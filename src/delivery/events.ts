import { errorMessage } from '../core/errors.js';
import type { JournalRow } from '../storage/rows.js';

/** Which row an event is about; never what is in it. */
export interface RowLabel {
  readonly appId: string;
  readonly connectionId: string;
  readonly key: string;
  readonly kind: string;
  readonly urgent: boolean;
}

/** What happens on the way of an event from Slack to the server. Times are milliseconds. */
export type DeliveryEvent =
  /** An event came in, for this many connections. */
  | {
      readonly t: 'received';
      readonly appId: string;
      readonly kind: string;
      readonly key: string;
      /** On which socket; unknown to those who bring events by other ways. */
      readonly socketId: string | undefined;
      readonly connections: number;
    }
  /** It is on the disk, `ms` after it was received. */
  | {
      readonly t: 'journaled';
      readonly appId: string;
      readonly kind: string;
      readonly key: string;
      readonly ms: number;
    }
  /** Every connection of it had it before. */
  | { readonly t: 'duplicate'; readonly appId: string; readonly kind: string; readonly key: string }
  /** It was not taken: the app or the whole is over its limits, or the journal cannot be written. */
  | {
      readonly t: 'rejected';
      readonly appId: string;
      readonly kind: string;
      readonly key: string;
      readonly reason: string;
    }
  /** It was not taken for this one of its connections, which has its share of the journal full. */
  | {
      readonly t: 'over_share';
      readonly appId: string;
      readonly connectionId: string;
      readonly kind: string;
      readonly key: string;
    }
  /** Slack was told, `ms` after it was received. */
  | {
      readonly t: 'acknowledged';
      readonly appId: string;
      readonly kind: string;
      readonly key: string;
      readonly ms: number;
    }
  /** Slack was not told, so it sends the event again, or shows the person an error. */
  | {
      readonly t: 'unacknowledged';
      readonly appId: string;
      readonly kind: string;
      readonly key: string;
      readonly reason: string;
    }
  /** The server has a row; `ms` is the dispatch alone, `waitedMs` since it was received. */
  | {
      readonly t: 'dispatched';
      readonly row: RowLabel;
      /** The server's; empty where it gives none. */
      readonly eventId: string;
      readonly attempts: number;
      readonly ms: number;
      readonly waitedMs: number;
    }
  /** A row whose dispatch had no answer was found at the server, with a session or with nothing that would take it. */
  | { readonly t: 'recovered_unconfirmed'; readonly row: RowLabel; readonly eventId: string }
  /** The server refused to say whether it has such a row; it is asked again, and the conversation waits. */
  | { readonly t: 'lookup_failed'; readonly row: RowLabel; readonly reason: string }
  /** A dispatch failed in a way that passes: it is repeated; if it had no answer (`unanswered`), after a look-up. */
  | {
      readonly t: 'retried';
      readonly row: RowLabel;
      readonly attempts: number;
      readonly reason: string;
      readonly unanswered: boolean;
    }
  /** A row was given up and is among the dead letters. */
  | { readonly t: 'dead'; readonly row: RowLabel; readonly attempts: number; readonly reason: string }
  /** So many dead letters were removed before their time, because most of the journal's room is in use. */
  | { readonly t: 'dead_removed'; readonly count: number }
  /** A connection was deleted: so many of its events that waited, and so many of its dead letters, were removed. */
  | {
      readonly t: 'connection_removed';
      readonly connectionId: string;
      readonly waiting: number;
      readonly dead: number;
    }
  /** The server takes no events; `passing` again ends it. */
  | { readonly t: 'outage'; readonly reason: string }
  | { readonly t: 'passing'; readonly afterMs: number }
  /** The journal cannot be written, for a reason that was not told since it could; `journal_writable` ends it. */
  | { readonly t: 'journal_failing'; readonly code: string; readonly reason: string }
  | { readonly t: 'journal_writable' };

/** What may be told of a row to logs and metrics. */
export function labelOf({ appId, connectionId, key, kind, urgent }: JournalRow): RowLabel {
  return { appId, connectionId, key, kind, urgent };
}

/** Tells of work of delivery that failed in a way that nobody has foreseen; what it was about goes on. */
export function warnOfFailure(name: string, error: unknown): void {
  process.emitWarning(`${name}: ${errorMessage(error)}`, 'DeliveryFailed');
}
