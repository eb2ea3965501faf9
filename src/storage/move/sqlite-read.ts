import type { Database, SqlValue, Statement } from '../sqlite/driver.js';
import { ROW_COLUMNS, ROW_TABLES, toRow, type StoredRow } from '../sqlite/row.js';
import {
  RECORDS_A_PAGE,
  ROWS_A_PAGE,
  withoutHolder,
  type Cursor,
  type MovedDead,
  type MovedKey,
  type MovedPath,
  type MovedToken,
  type MovedWaiting,
  type Page,
  type Part,
} from './records.js';

interface MovedStoredRow extends StoredRow {
  readonly last_error: string | null;
  readonly owner: string | null;
  readonly ready_at: number | null;
  readonly type: string | null;
  readonly channel: string | null;
  readonly settled_at: number;
}

interface StoredPath extends Omit<MovedPath, 'eventId'> {
  readonly event_id: string | null;
}

const ROWS = `SELECT ${ROW_COLUMNS}, e.last_error, e.owner, e.type, e.channel, e.settled_at, l.ready_at FROM ${ROW_TABLES}
  LEFT JOIN lanes l ON l.source_id = e.source_id AND l.urgent = e.urgent AND l.conversation = e.conversation`;

/** Reads the next page of each part of an open file. */
export function prepareRead(
  database: Database,
  now: () => number,
): { readonly [Each in Part]: (after: Cursor) => Extract<Page, { readonly part: Each }> } {
  const waiting = database.prepare(`${ROWS} WHERE e.settled_at IS NULL AND e.id > ? ORDER BY e.id LIMIT ?`);
  const dead = database.prepare(`${ROWS} WHERE e.state = 'dead' AND e.id > ? ORDER BY e.id LIMIT ?`);
  const paths = database.prepare(`SELECT id, key, event_id, at, origin, count, steps
    FROM paths WHERE id > ? ORDER BY id LIMIT ?`);
  const tokens =
    database.prepare(`SELECT hash, app_id AS "appId", enterprise_id AS "enterpriseId", team_id AS "teamId",
      bot_user_id AS "botUserId", bot_id AS "botId", said_at AS "saidAt", used_at AS "usedAt"
    FROM tokens WHERE hash > ? ORDER BY hash LIMIT ?`);
  const keys =
    database.prepare(`SELECT e.id, s.app_id AS "appId", s.connection_id AS "connectionId", e.key, e.settled_at AS at
    FROM events e JOIN sources s ON s.id = e.source_id
    WHERE e.state IN ('delivered', 'key') AND e.id > ? ORDER BY e.id LIMIT ?`);
  return {
    tokens(after) {
      const rows = all<MovedToken>(tokens, after ?? '', RECORDS_A_PAGE);
      return { part: 'tokens', rows, last: rows.at(-1)?.hash };
    },
    waiting(after) {
      const rows = all<MovedStoredRow>(waiting, after ?? 0, ROWS_A_PAGE).map((row) => toWaiting(row, now()));
      return { part: 'waiting', rows, last: rows.at(-1)?.id };
    },
    dead(after) {
      const rows = all<MovedStoredRow>(dead, after ?? 0, ROWS_A_PAGE).map(toDead);
      return { part: 'dead', rows, last: rows.at(-1)?.id };
    },
    paths(after) {
      const rows = all<StoredPath>(paths, after ?? 0, RECORDS_A_PAGE).map(
        ({ event_id: eventId, ...path }): MovedPath => ({ eventId: eventId ?? undefined, ...path }),
      );
      return { part: 'paths', rows, last: rows.at(-1)?.id };
    },
    keys(after) {
      const rows = all<MovedKey & { readonly id: number }>(keys, after ?? 0, RECORDS_A_PAGE);
      return { part: 'keys', rows, last: rows.at(-1)?.id };
    },
  };
}

function all<Row>(statement: Statement, ...values: readonly SqlValue[]): Row[] {
  return statement.all(...values) as Row[];
}

function toWaiting(row: MovedStoredRow, now: number): MovedWaiting {
  return {
    reason: row.last_error ?? undefined,
    readyAt: row.ready_at ?? row.received_at,
    ...withoutHolder(toRow(row), row.owner !== null, now),
  };
}

function toDead(row: MovedStoredRow): MovedDead {
  return {
    reason: row.last_error ?? '',
    type: row.type ?? undefined,
    channel: row.channel ?? undefined,
    settledAt: row.settled_at,
    ...toRow(row),
  };
}
