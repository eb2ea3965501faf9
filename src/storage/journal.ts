import type { DeadQuery, DeadRow, Resent } from './dead-letters.js';
import type { KnownRow, PathNote, PathRecord } from './paths.js';
import type { Appended, JournalRow, RowToAppend, Source } from './rows.js';
import type { Cluster } from './cluster.js';
import type { TokenStore } from './tokens.js';

/** A request for the rows that lead their conversations, at most `limit`, of one source and urgency. */
export interface ClaimRequest extends Source {
  readonly urgent: boolean;
  readonly limit: number;
}

/** When the next unclaimed lane of this source and urgency is ready. */
export interface ReadyLane extends Source {
  readonly urgent: boolean;
  readonly readyAt: number;
}

export interface Claimed {
  readonly rows: readonly JournalRow[];
  /** For each request that leaves unclaimed lanes: when the first of them is ready. */
  readonly next: readonly ReadyLane[];
}

/**
 * How a dispatch or a look-up ended for a row; an absent `unansweredAt` says that its answer came. With the row's `turn` it
 * ends that claim alone: not a later one of the same owner, which may have claimed the row again when this comes late.
 */
export type Settlement = {
  readonly turn?: number | undefined;
  /** Noted of the row's path with it. */
  readonly path?: PathNote | undefined;
} & Ending;

type Ending =
  /** AK has it. `recovered`: found there by a look-up. */
  | { readonly t: 'delivered'; readonly id: number; readonly eventId: string; readonly recovered: boolean }
  /** To be dispatched again, not before `nextAt`; until then its conversation waits. Not `counted`: the cause was not the row. */
  | {
      readonly t: 'retry';
      readonly id: number;
      readonly nextAt: number;
      readonly reason: string;
      readonly counted: boolean;
      readonly unansweredAt?: number | undefined;
    }
  /** To be looked up, not before `nextAt`; until then its conversation waits. The rest is as before the claim. */
  | {
      readonly t: 'deferred';
      readonly id: number;
      readonly nextAt: number;
      readonly unansweredAt: number;
    }
  /** Not dispatched; the row is as before the claim. */
  | { readonly t: 'released'; readonly id: number }
  /** A dead letter from now on; its conversation goes on without it. */
  | {
      readonly t: 'dead';
      readonly id: number;
      readonly reason: string;
      readonly unansweredAt?: number | undefined;
      /** Of its event, where one could be made. */
      readonly type?: string | undefined;
      readonly channel?: string | undefined;
    };

/** `gone`: the owner no longer held the claim, and nothing was changed. `last`: it was the lane's last row. `more`: others follow. */
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

/** Which rows and paths are no longer needed. All times are milliseconds since 1970. */
export interface PruneRequest {
  /** Bodies of rows that were delivered before this are removed; their keys stay. */
  readonly bodiesBefore: number;
  /** Keys of rows that were delivered before this are removed. */
  readonly keysBefore: number;
  /** Paths whose last note is older are removed; the oldest sooner while they take a tenth of the room, or most is in use. */
  readonly pathsBefore: number;
  /** Dead letters since before this are removed; the oldest sooner while most of the room is in use. */
  readonly deadBefore: number;
  /** At most this many rows of each sort, so that no call holds up the appends. */
  readonly limit: number;
}

/** The result of one step of pruning. */
export interface Pruned {
  /** Whether there may be more to do. */
  readonly more: boolean;
  /** Dead letters that were removed before their time, to make room for events. */
  readonly deadForRoom: number;
}

/** The result of one step of removing a connection. */
export interface RemovedStep {
  /** How many rows of each source of the connection were removed, by state. */
  readonly removed: readonly SourceStats[];
  /** Whether there may be more to remove. */
  readonly more: boolean;
}

/**
 * The durable list of acknowledged events. Every method resolves when its effect is on the disk, and rejects with
 * `journal_full`, `journal_damaged`, `journal_unavailable` or `stopped` when it had none. Methods that are called one
 * after another take effect in that order. Times come from the caller.
 *
 * Rows of one lane (connection, urgency, conversation) are claimed one at a time, in the order of their ids.
 */
export interface Journal {
  /** Adds rows; a row whose key the app and connection have had is left as it is. Results are in the rows' order. */
  append(rows: readonly RowToAppend[]): Promise<readonly Appended[]>;
  /** Takes the first row of each lane that is ready, longest ready first, for `owner` to dispatch. */
  claim(owner: string, now: number, requests: readonly ClaimRequest[]): Promise<Claimed>;
  /**
   * Ends claims of `owner`. Results are in their order. The delivery of a row that append() claimed may reach the disk with a
   * later call; a crash before that leaves the row to takeOver(), unless a later row of its lane was claimed.
   */
  settle(owner: string, now: number, settlements: readonly Settlement[]): Promise<readonly Settled[]>;
  /**
   * Claims for `owner` the rows that an owner which is gone had claimed, one of each lane, at most `limit`.
   * No lane is ready later than `latest` after it: the clock may have been ahead before.
   */
  takeOver(owner: string, latest: number, limit: number): Promise<readonly JournalRow[]>;
  /** The sources that have lanes, and when each is ready. Takes time by the number of sources, not of rows. */
  ready(): Promise<readonly ReadyLane[]>;
  /** Dead letters with an id above `after`, in the order of their ids. */
  listDead(query: DeadQuery): Promise<readonly DeadRow[]>;
  /** The body of a dead letter; undefined if there is none of this id. */
  deadBody(id: number): Promise<string | undefined>;
  /** Puts dead letters back into their lanes. Returns those that it found. */
  resend(ids: readonly number[], now: number): Promise<readonly Resent[]>;
  /** Removes dead letters; their keys stay as those of delivered rows do. Returns those that it found. */
  discard(ids: readonly number[]): Promise<readonly Resent[]>;
  /** Notes something of the path of a row whose claim may have ended. */
  notePath(id: number, note: PathNote, now: number): Promise<void>;
  /** The paths with this key or event id of the server, at most 100, latest first. */
  findPaths(name: string): Promise<readonly PathRecord[]>;
  /** Where the rows with this key are, of every app and connection. */
  findRows(key: string): Promise<readonly KnownRow[]>;
  /**
   * Removes the rows of a connection, in whichever state, except claimed ones: at most `limit` rows, one small step. The
   * source itself goes with its last row.
   */
  removeConnection(connectionId: string, limit: number): Promise<RemovedStep>;
  /** One small step. */
  prune(request: PruneRequest): Promise<Pruned>;
  /** Gives free room back to the disk, one small step; true if there may be more. */
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

/** All that one database of this program holds: the journal, and Slack's results for tokens. Closed as one. */
export interface JournalDatabase extends Journal {
  readonly tokens: TokenStore;
  /** The processes that share the database. */
  readonly cluster: Cluster;
  /** Why events may have been lost, in a sentence: noticed at the opening, which went on. */
  readonly warning: string | undefined;
}
