import type { Cluster } from './cluster.js';
import type { TokenStore } from './tokens.js';

/** One connection of one Slack app: what rows are grouped and limited by. */
export interface Source {
  readonly appId: string;
  readonly connectionId: string;
}

/** What is written before Slack is told yes: one event for one connection. */
export interface NewRow extends Source {
  /** Slack's own id of the event. Unique with the app and the connection. */
  readonly key: string;
  readonly kind: string;
  /** Rows of one connection and conversation keep their order; may be empty. */
  readonly conversation: string;
  /** Someone waits for it: has lanes of its own, which go first. */
  readonly urgent: boolean;
  /** The frame's text as received. */
  readonly body: string;
  /** Milliseconds since 1970. */
  readonly receivedAt: number;
}

/** A row as it is handed over. */
export interface RowToAppend extends NewRow {
  /** Whoever dispatches it at once if it leads its lane: then it is claimed in being written, as claim() would. */
  readonly claimFor?: string | undefined;
}

/** A row that somebody is about to dispatch, or to look up. */
export interface JournalRow extends NewRow {
  /** Grows in the order of writing. */
  readonly id: number;
  /** Dispatches begun so far, this one included, without those that an outage spoiled. */
  readonly attempts: number;
  /** An earlier dispatch failed in a way that passes. */
  readonly retried: boolean;
  /** Which claim of the row this is, where several processes share the journal. */
  readonly turn?: number | undefined;
  /** When a dispatch ended and nobody knew how: it is looked up before it is sent again. Milliseconds since 1970. */
  readonly unansweredAt?: number | undefined;
}

/** A row that was given up, without its body, which is kept, so that it can be sent again. */
export interface DeadRow extends Source {
  readonly id: number;
  readonly key: string;
  readonly kind: string;
  /** The type of its event; its kind where none could be made. */
  readonly type: string;
  /** The channel of its event; its conversation where none is known. */
  readonly channel: string;
  readonly receivedAt: number;
  readonly attempts: number;
  readonly reason: string;
  /** When it was given up. Milliseconds since 1970. */
  readonly settledAt: number;
}

/** Which rows that were given up: those to which everything applies that is given. */
export interface DeadFilter {
  readonly connectionIds?: readonly string[] | undefined;
  readonly type?: string | undefined;
  readonly channel?: string | undefined;
  /** Given up before this. Milliseconds since 1970. */
  readonly before?: number | undefined;
}

/** One page of them, by id. */
export interface DeadQuery extends DeadFilter {
  readonly after: number;
  readonly limit: number;
}

/** What became of a row: claimed, with its id; `first` of its lane; `behind` others there that come first; or not written. */
export type Appended =
  { readonly claimed: number; readonly turn?: number | undefined } | 'first' | 'behind' | 'duplicate';

/** A row that was given up, and was put back into its lane or removed. */
export interface Resent extends Source {
  readonly id: number;
  readonly key: string;
  /** UTF-8 length of its body. */
  readonly bytes: number;
}

/** A request for the rows that lead their conversations, at most `limit`, of one source and urgency. */
export interface Want extends Source {
  readonly urgent: boolean;
  readonly limit: number;
}

/** When a lane of this source and urgency, that nobody holds, is ready next. */
export interface Ready extends Source {
  readonly urgent: boolean;
  readonly readyAt: number;
}

export interface Claimed {
  readonly rows: readonly JournalRow[];
  /** For each want that has lanes left which nobody holds: when the first of them is ready. */
  readonly next: readonly Ready[];
}

/**
 * How a dispatch or a look-up ended for a row; an absent `unansweredAt` says that its answer came. With the row's `turn` it
 * ends that claim alone: not a later one of the same owner, which may have claimed the row again when this comes late.
 */
export type Settlement = {
  readonly turn?: number | undefined;
  /** What is noted of the row's path with it. */
  readonly path?: PathNote | undefined;
} & Ending;

type Ending =
  /** AK has it. `recovered`: found there by a look-up. */
  | { readonly t: 'delivered'; readonly id: number; readonly eventId: string; readonly recovered: boolean }
  /** To be dispatched again, not before `nextAt`; until then its conversation waits. Not `counted`: it was no fault of the row. */
  | {
      readonly t: 'retry';
      readonly id: number;
      readonly nextAt: number;
      readonly reason: string;
      readonly counted: boolean;
      readonly unansweredAt?: number | undefined;
    }
  /** To be looked up, not before `nextAt`; until then its conversation waits. Else as before the claim. */
  | {
      readonly t: 'deferred';
      readonly id: number;
      readonly nextAt: number;
      readonly unansweredAt: number;
    }
  /** Was not dispatched after all; as before the claim. */
  | { readonly t: 'released'; readonly id: number }
  /** Given up; its conversation goes on without it. */
  | {
      readonly t: 'dead';
      readonly id: number;
      readonly reason: string;
      readonly unansweredAt?: number | undefined;
      /** Of its event, where one could be made. */
      readonly type?: string | undefined;
      readonly channel?: string | undefined;
    };

/** Every step of a path is a text of this length, and so many are kept: the first and the last ones. */
export const PATH_STEP_LENGTH = 11;
export const PATH_STEPS = 4;

/** What is noted of the path of a row, in texts that mean nothing to the journal. */
export interface PathNote {
  /** What the path is found by, beside the server's event id. */
  readonly key: string;
  /** What is noted once; a later note replaces it only if that has no step. */
  readonly origin: string;
  /** The latest step, or nothing. */
  readonly step: string;
}

/** The path of a row, as it was noted. */
export interface PathRecord {
  /** The row's id. */
  readonly id: number;
  readonly key: string;
  /** The server's event id; empty if it never had one. */
  readonly eventId: string;
  readonly origin: string;
  /** How many steps there were. */
  readonly count: number;
  /** Of which these are kept, the first and the last ones. */
  readonly steps: readonly string[];
}

/** Where a row with a key is at present. `ended`: it was delivered, or is a dead letter that was removed. */
export interface KnownRow extends Source {
  readonly id: number | undefined;
  readonly receivedAt: number;
  readonly state: 'waiting' | 'sending' | 'dead' | 'ended';
  readonly attempts: number;
  /** Why it failed the last time, if it did. */
  readonly reason: string | undefined;
}

/** What a settlement found: the claim no longer the owner's, so that nothing was changed; else the lane's last row, or more. */
export type Settled = 'gone' | 'last' | 'more';

export interface SourceStats extends Source {
  /** Rows not delivered yet, those in flight included. */
  readonly waiting: number;
  /** UTF-8 length of their bodies. */
  readonly waitingBytes: number;
  readonly dead: number;
}

export interface JournalStats {
  readonly sources: readonly SourceStats[];
  /** Bytes in use, without what is free for the next rows. */
  readonly usedBytes: number;
  /** Bytes on the disk. */
  readonly fileBytes: number;
  /** Bytes that may be in use. */
  readonly maxBytes: number;
  /** Bytes that are free on the disk, for users like this one; absent where only a database server knows. */
  readonly freeBytes?: number | undefined;
  /** When the oldest row that is not delivered yet was received, milliseconds since 1970; absent if there is none. */
  readonly oldestWaitingAt?: number | undefined;
}

/** What is no longer needed. All times are milliseconds since 1970. */
export interface PruneRequest {
  /** Bodies of rows that were delivered before this are removed; their keys stay. */
  readonly bodiesBefore: number;
  /** Keys of rows that were delivered before this are removed. */
  readonly keysBefore: number;
  /** Paths whose last note is older are removed; the oldest sooner while they take a tenth of the room, or most is in use. */
  readonly pathsBefore: number;
  /** Rows that were given up before this are removed; the oldest sooner while most of the room is in use. */
  readonly deadBefore: number;
  /** At most this many rows of each sort, so that no call holds up the appends. */
  readonly limit: number;
}

/** What one step of pruning did. */
export interface Pruned {
  /** Whether there may be more to do. */
  readonly more: boolean;
  /** Rows that were given up and removed before their time, to make room for events. */
  readonly deadForRoom: number;
}

/** What one step of removing a connection did. */
export interface RemovedStep {
  /** How many rows were removed of each source of the connection, by what they were. */
  readonly removed: readonly SourceStats[];
  /** Whether there may be more to remove. */
  readonly more: boolean;
}

/**
 * The durable list of what Slack was told yes to. Every method resolves when its effect is on the disk, and rejects with
 * `journal_full`, `journal_damaged`, `journal_unavailable` or `stopped` when it had none. Methods that are called one
 * after another take effect in that order. Times come from the caller.
 *
 * Rows of one lane (connection, urgency, conversation) are claimed one at a time, in the order of their ids.
 */
export interface Journal {
  /** Adds rows; a row whose key the app and connection have had is left as it is. Answers in the rows' order. */
  append(rows: readonly RowToAppend[]): Promise<readonly Appended[]>;
  /** Takes the first row of each lane that is ready, longest ready first, for `owner` to dispatch. */
  claim(owner: string, now: number, wants: readonly Want[]): Promise<Claimed>;
  /**
   * Ends claims of `owner`. Answers in their order. That a row which was claimed in being written was delivered may reach the
   * disk with a later call; a crash before that leaves it to takeOver(), unless something later of its lane was claimed.
   */
  settle(owner: string, now: number, settlements: readonly Settlement[]): Promise<readonly Settled[]>;
  /**
   * Takes over rows that an owner which is gone had claimed, one of each lane, at most `limit`; they are `owner`'s then.
   * No lane is ready later than `latest` after it: the clock may have been ahead before.
   */
  takeOver(owner: string, latest: number, limit: number): Promise<readonly JournalRow[]>;
  /** The sources that have lanes, and when each is ready; whatever the number of rows, in time of the sources. */
  ready(): Promise<readonly Ready[]>;
  /** Rows that were given up, with an id above `after`, in the order of their ids. */
  listDead(query: DeadQuery): Promise<readonly DeadRow[]>;
  /** The body of a row that was given up; nothing if there is no such row. */
  deadBody(id: number): Promise<string | undefined>;
  /** Puts rows that were given up back into their lanes. Answers which there were. */
  resend(ids: readonly number[], now: number): Promise<readonly Resent[]>;
  /** Removes rows that were given up; their keys stay as those of delivered rows do. Answers which there were. */
  discard(ids: readonly number[]): Promise<readonly Resent[]>;
  /** Notes something of the path of a row whose claim may have ended. */
  notePath(id: number, note: PathNote, now: number): Promise<void>;
  /** The paths with this key or event id of the server, at most 100, latest first. */
  findPaths(name: string): Promise<readonly PathRecord[]>;
  /** Where the rows with this key are, of every app and connection. */
  findRows(key: string): Promise<readonly KnownRow[]>;
  /**
   * Removes what is kept of a connection, in whichever state, but for rows that somebody holds: at most `limit` rows, one
   * small step. The source itself goes with its last row.
   */
  removeConnection(connectionId: string, limit: number): Promise<RemovedStep>;
  /** One small step. */
  prune(request: PruneRequest): Promise<Pruned>;
  /** Gives free room back to the disk, one small step; answers whether there may be more. */
  compact(): Promise<boolean>;
  /** Writes what a few events take; rejects if their append would. */
  probe(now: number): Promise<void>;
  stats(): Promise<JournalStats>;
  /** Finishes what was asked before, then closes. */
  close(): Promise<void>;
}

/** What was done to bring a database that several processes share up to date. */
export interface Migrated {
  /** How many migrations it had had; 0 for a new one. */
  readonly from: number;
  readonly to: number;
  /** Whether the functions of this release were added. */
  readonly functionsAdded: boolean;
}

/** All that one database of this program holds: the journal, and what Slack said about tokens. Closed as one. */
export interface JournalDatabase extends Journal {
  readonly tokens: TokenStore;
  /** The processes that share the database. */
  readonly cluster: Cluster;
  /** What was noticed at the opening and did not prevent it, in a sentence: events may have been lost. */
  readonly warning: string | undefined;
}
