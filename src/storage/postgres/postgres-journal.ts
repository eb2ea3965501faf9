import type { Clock } from '../../core/clock.js';
import type { JournalDatabase } from '../journal.js';
import { append } from './append.js';
import { checkServer } from './check-server.js';
import { claim } from './claim.js';
import { Claims } from './claims.js';
import { resend } from './dead-letters.js';
import { Line } from './line.js';
import { migrateSchema } from './migrate.js';
import type { Query } from './session.js';
import { prune } from './prune.js';
import { removeRowsOf } from './remove-connection.js';
import { probe, Room } from './room.js';
import { readDead } from './rows.js';
import { settle } from './settle.js';
import { ready, stats } from './stats.js';
import { takeOverRows } from './take-over.js';
import { tokenStore } from './tokens.js';

// PostgreSQL ends a statement after this, so that no lane is held for longer by one that waits.
const STATEMENT_MS = 2500;

// Changes of the schema may wait for what is under way.
const MIGRATION_MS = 60_000;

export interface PostgresOptions {
  /** `postgres://…` */
  readonly url: string;
  /** Rows are refused when rows and keys take this many bytes. */
  readonly maxBytes: number;
  readonly clock: Clock;
}

/**
 * Opens the journal in a PostgreSQL database, whose schema it makes or brings up to date. Rejects with `journal_newer`,
 * `journal_damaged`, `journal_full` or `journal_unavailable`.
 */
export async function openPostgresJournal({
  url,
  maxBytes,
  clock,
}: PostgresOptions): Promise<JournalDatabase> {
  const line = (applicationName: string, statementMs = STATEMENT_MS): Line =>
    new Line({ url, applicationName, statementMs, check: checkServer });
  const first = line('ak-slack migration', MIGRATION_MS);
  try {
    await first.run(migrateSchema);
  } finally {
    await first.close();
  }
  return postgresJournal({ appends: line('ak-slack appends'), others: line('ak-slack'), maxBytes, clock });
}

interface Ports {
  /** Events are written on a connection of their own, so that an acknowledgement waits for nothing else. */
  readonly appends: Line;
  readonly others: Line;
  /** Rows are refused when rows and keys take this many bytes. */
  readonly maxBytes: number;
  readonly clock: Clock;
}

/** The journal in PostgreSQL, for owners that are live replicas. */
function postgresJournal({ appends, others, maxBytes, clock }: Ports): JournalDatabase {
  const room = new Room(maxBytes, clock);
  const claims = new Claims();

  /** Runs what may claim rows; `done` is told what it claimed. */
  const claiming = async <Result>(line: Line, work: (query: Query) => Promise<Result>): Promise<Result> => {
    const ended = claims.begin();
    try {
      return await line.run(work);
    } finally {
      ended();
    }
  };

  return {
    warning: undefined,
    append: (rows) =>
      claiming(appends, async (query) => {
        await room.refuseWhenFull(query);
        const appended = await append(query, rows);
        for (const each of appended)
          if (typeof each === 'object') claims.add({ id: each.claimed, turn: each.turn ?? 0 });
        return appended;
      }),
    claim: (owner, now, wants) =>
      claiming(others, async (query) => {
        const claimed = await claim(query, owner, now, wants);
        for (const { id, turn } of claimed.rows) claims.add({ id, turn: turn ?? 0 });
        return claimed;
      }),
    settle: (owner, now, settlements) =>
      others.run(async (query) => {
        const settled = await settle(query, owner, now, settlements);
        for (const { id, turn } of settlements) claims.remove(id, turn);
        return settled;
      }),
    takeOver: (owner, latest, limit) =>
      others.run(async (query) => {
        const rows = await takeOverRows(query, owner, latest, limit, claims);
        for (const { id, turn } of rows) claims.add({ id, turn: turn ?? 0 });
        return rows;
      }),
    ready: () => others.run(ready),
    listDead: (after, limit) => others.run((query) => readDead(query, after, limit)),
    resend: (ids, now) => others.run((query) => resend(query, ids, now)),
    removeConnection: (connectionId, limit) =>
      others.run((query) => removeRowsOf(query, connectionId, limit)),
    prune: (request) => others.run(async (query) => prune(query, request, await room.isCrowded(query))),
    // PostgreSQL does it by itself, and keeps its files for the next rows.
    compact: () => Promise.resolve(false),
    probe: (now) =>
      appends.run(async (query) => {
        await room.refuseWhenFull(query);
        await probe(query, now);
      }),
    stats: () => others.run(stats),
    tokens: tokenStore(others),
    async close() {
      await Promise.all([appends.close(), others.close()]);
    },
  };
}
