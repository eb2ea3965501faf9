import type { ErrorCode } from '../../core/errors.js';
import type {
  Claimed,
  JournalStats,
  Pruned,
  PruneRequest,
  ReadyLane,
  RemovedStep,
  Settled,
  Settlement,
  ClaimRequest,
} from '../journal.js';
import type { KnownRow, PathNote, PathRecord } from '../paths.js';
import type { DeadQuery, DeadRow, Resent } from '../dead-letters.js';
import type { Appended, JournalRow } from '../rows.js';
import type { TokenRecord, TokenRetention } from '../tokens.js';
import { prepareAppend } from './append.js';
import { prepareClaim } from './claim.js';
import { prepareDeadBody, prepareDiscard, prepareListDead, prepareResend } from './dead-letters.js';
import type { OpenFile } from './driver.js';
import { openDatabase } from './open-database.js';
import { unpackRows, type PackedRows } from './packed-rows.js';
import { prepareFindPaths, prepareFindRows } from './paths.js';
import { prepareCompact, preparePrune } from './prune.js';
import { prepareRemoveConnection } from './remove-connection.js';
import { prepareProbe } from './room.js';
import { prepareSettle } from './settle.js';
import { journalError } from './sqlite-error.js';
import { prepareReady, prepareStats } from './stats.js';
import { openTables, type Tables } from './tables.js';
import { prepareTakeOver } from './take-over.js';
import {
  prepareForgetToken,
  prepareRecallTokens,
  prepareRememberToken,
  prepareRetainTokens,
  prepareTokenKey,
} from './tokens.js';

// Each key goes to a page of its own in the index of keys: few enough that the append which shares their commit hardly waits
// for them, many enough that they share the other pages.
const FOLD_AT = 8;

/** One question to the journal. */
export interface Request {
  readonly verb: keyof Verbs;
  readonly args: readonly unknown[];
}

/** Its answer: the verb's result, or why it had no effect. */
export type Reply = { readonly result: unknown } | { readonly code: ErrorCode; readonly message: string };

/** An open journal file in the thread that owns it. */
export interface Engine {
  /** Does all requests in one transaction, so that they share one wait for the disk; answers in their order. Never throws. */
  run(requests: readonly Request[]): Reply[];
  /** Where the file is, behind symbolic links. */
  readonly path: string;
  /** What was lost since the last run, in a sentence. */
  readonly warning: string | undefined;
  close(): void;
}

export interface EngineOptions {
  readonly path: string;
  /** Rows are refused when this much of the file is in use. */
  readonly maxBytes: number;
  /** How many copies from before changes of the schema are kept: none is made where it is 0. */
  readonly backups?: number | undefined;
}

/** Opens the file, or throws a PluginError that says why not. */
export function openEngine(open: OpenFile, options: EngineOptions): Engine {
  const file = openDatabase(open, options.path, { backups: options.backups });
  const tables = openTables(file.database);
  const verbs = prepareVerbs(tables, { path: file.path, maxBytes: options.maxBytes });

  // Somebody waits for an append. Whoever wrote one ends it later, so there always is a transaction without any.
  const isWorthFolding = (requests: readonly Request[]): boolean =>
    tables.inFlight.delivered >= FOLD_AT || !requests.some(({ verb }) => verb === 'append');

  const transact = (requests: readonly Request[], mayFold: boolean): Reply[] => {
    file.database.exec('BEGIN IMMEDIATE');
    const replies = requests.map(({ verb, args }) => ({
      result: (verbs[verb] as (...values: readonly unknown[]) => unknown)(...args),
    }));
    if (mayFold && isWorthFolding(requests)) tables.inFlight.fold();
    tables.sources.flush();
    file.database.exec('COMMIT');
    tables.inFlight.committed();
    return replies;
  };

  const rollBack = (): void => {
    tables.sources.forget();
    tables.lanes.forget();
    tables.inFlight.rolledBack();
    try {
      file.database.exec('ROLLBACK');
    } catch {
      // SQLite has rolled back by itself, as it does when the disk is full.
    }
  };

  const alone = (request: Request): Reply[] => {
    try {
      return transact([request], false);
    } catch (error) {
      rollBack();
      const { code, message } = journalError(error);
      return [{ code, message }];
    }
  };

  const run = (requests: readonly Request[]): Reply[] => {
    try {
      return transact(requests, true);
    } catch {
      rollBack();
      // One that cannot be done must not fail the others, and what nobody asked for must fail none: a full disk can be read.
      return requests.flatMap(alone);
    }
  };

  return { run, path: file.path, warning: file.warning, close: () => file.close() };
}

/** What can be asked of an open journal file; arguments and results pass between threads. */
export interface Verbs {
  append(rows: PackedRows): Appended[];
  claim(owner: string, now: number, requests: readonly ClaimRequest[]): Claimed;
  settle(owner: string, now: number, settlements: readonly Settlement[]): Settled[];
  takeOver(owner: string, latest: number, limit: number): JournalRow[];
  ready(): ReadyLane[];
  listDead(query: DeadQuery): DeadRow[];
  deadBody(id: number): string | undefined;
  resend(ids: readonly number[], now: number): Resent[];
  discard(ids: readonly number[]): Resent[];
  notePath(id: number, note: PathNote, now: number): void;
  findPaths(name: string): PathRecord[];
  findRows(key: string): KnownRow[];
  removeConnection(connectionId: string, limit: number): RemovedStep;
  prune(request: PruneRequest): Pruned;
  compact(): boolean;
  probe(now: number): void;
  stats(): JournalStats;
  tokenKey(fresh: string): string;
  recallTokens(hashes: readonly string[]): TokenRecord[];
  rememberToken(record: TokenRecord, now: number, most: number): void;
  forgetToken(hash: string): void;
  retainTokens(retention: TokenRetention): number;
}

function prepareVerbs(tables: Tables, options: EngineOptions): Verbs {
  const { database } = tables;
  const { maxBytes } = options;
  const append = prepareAppend(tables, maxBytes);
  return {
    append: (rows) => append(unpackRows(rows)),
    claim: prepareClaim(tables),
    settle: prepareSettle(tables),
    takeOver: prepareTakeOver(tables),
    ready: prepareReady(tables),
    listDead: prepareListDead(tables),
    deadBody: prepareDeadBody(tables),
    resend: prepareResend(tables),
    discard: prepareDiscard(tables),
    notePath: (id, note, now) => tables.notePath(id, note, null, now),
    findPaths: prepareFindPaths(tables),
    findRows: prepareFindRows(tables),
    removeConnection: prepareRemoveConnection(tables),
    prune: preparePrune(tables, maxBytes),
    compact: prepareCompact(tables),
    probe: prepareProbe(tables, maxBytes),
    stats: prepareStats(tables, options),
    tokenKey: prepareTokenKey(database),
    recallTokens: prepareRecallTokens(database),
    rememberToken: prepareRememberToken(database),
    forgetToken: prepareForgetToken(database),
    retainTokens: prepareRetainTokens(database),
  };
}
