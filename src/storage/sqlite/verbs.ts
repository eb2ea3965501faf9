import type {
  Appended,
  Claimed,
  DeadRow,
  JournalRow,
  JournalStats,
  Pruned,
  PruneRequest,
  Ready,
  RemovedStep,
  Resent,
  Settled,
  Settlement,
  Want,
} from '../journal.js';
import type { TokenRecord, TokenRetention } from '../tokens.js';
import { prepareAppend } from './append.js';
import { prepareClaim } from './claim.js';
import { prepareCompact } from './compact.js';
import { prepareListDead } from './list-dead.js';
import { unpackRows, type PackedRows } from './packed-rows.js';
import { prepareProbe } from './probe.js';
import { preparePrune } from './prune.js';
import { prepareReady } from './ready.js';
import { prepareRemoveConnection } from './remove-connection.js';
import { prepareResend } from './resend.js';
import { prepareSettle } from './settle.js';
import { prepareStats } from './stats.js';
import type { Tables } from './tables.js';
import { prepareTakeOver } from './take-over.js';
import {
  prepareForgetToken,
  prepareRecallTokens,
  prepareRememberToken,
  prepareRetainTokens,
  prepareTokenKey,
} from './tokens.js';

/** What can be asked of an open journal file; arguments and results pass between threads. */
export interface Verbs {
  append(rows: PackedRows): Appended[];
  claim(owner: string, now: number, wants: readonly Want[]): Claimed;
  settle(owner: string, now: number, settlements: readonly Settlement[]): Settled[];
  takeOver(owner: string, latest: number, limit: number): JournalRow[];
  ready(): Ready[];
  listDead(after: number, limit: number): DeadRow[];
  resend(ids: readonly number[], now: number): Resent[];
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

export function prepareVerbs(tables: Tables, maxBytes: number): Verbs {
  const { database } = tables;
  const append = prepareAppend(tables, maxBytes);
  return {
    append: (rows) => append(unpackRows(rows)),
    claim: prepareClaim(tables),
    settle: prepareSettle(tables),
    takeOver: prepareTakeOver(tables),
    ready: prepareReady(tables),
    listDead: prepareListDead(tables),
    resend: prepareResend(tables),
    removeConnection: prepareRemoveConnection(tables),
    prune: preparePrune(tables, maxBytes),
    compact: prepareCompact(tables),
    probe: prepareProbe(tables, maxBytes),
    stats: prepareStats(tables),
    tokenKey: prepareTokenKey(database),
    recallTokens: prepareRecallTokens(database),
    rememberToken: prepareRememberToken(database),
    forgetToken: prepareForgetToken(database),
    retainTokens: prepareRetainTokens(database),
  };
}
