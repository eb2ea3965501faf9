import type { Database, SqlValue, Statement } from '../sqlite/driver.js';
import type {
  Cursor,
  MovedDead,
  MovedKey,
  MovedPath,
  MovedToken,
  MovedWaiting,
  Page,
  Part,
} from './records.js';

// Rows with bodies, and the others.
const LARGE = 200;
const SMALL = 2000;

interface StoredRow {
  readonly id: number;
  readonly app_id: string;
  readonly connection_id: string;
  readonly key: string;
  readonly kind: string;
  readonly conversation: string;
  readonly urgent: number;
  readonly body: string | null;
  readonly received_at: number;
  readonly attempts: number;
  readonly retried: number;
  readonly unanswered_at: number | null;
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

const ROWS = `SELECT e.id, s.app_id, s.connection_id, e.key, e.kind, e.conversation, e.urgent, b.body, e.received_at,
    e.attempts, e.retried, e.unanswered_at, e.last_error, e.owner, e.type, e.channel, e.settled_at, l.ready_at
  FROM events e JOIN sources s ON s.id = e.source_id LEFT JOIN bodies b ON b.event_id = e.id
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
      const rows = all<MovedToken>(tokens, after ?? '', SMALL);
      return { part: 'tokens', rows, last: rows.at(-1)?.hash };
    },
    waiting(after) {
      const rows = all<StoredRow>(waiting, after ?? 0, LARGE).map((row) => toWaiting(row, now()));
      return { part: 'waiting', rows, last: rows.at(-1)?.id };
    },
    dead(after) {
      const rows = all<StoredRow>(dead, after ?? 0, LARGE).map(toDead);
      return { part: 'dead', rows, last: rows.at(-1)?.id };
    },
    paths(after) {
      const rows = all<StoredPath>(paths, after ?? 0, SMALL).map(
        ({ event_id: eventId, ...path }): MovedPath => ({ eventId: eventId ?? undefined, ...path }),
      );
      return { part: 'paths', rows, last: rows.at(-1)?.id };
    },
    keys(after) {
      const rows = all<MovedKey & { readonly id: number }>(keys, after ?? 0, SMALL);
      return { part: 'keys', rows, last: rows.at(-1)?.id };
    },
  };
}

function all<Row>(statement: Statement, ...values: readonly SqlValue[]): Row[] {
  return statement.all(...values) as Row[];
}

function common(row: StoredRow) {
  return {
    id: row.id,
    appId: row.app_id,
    connectionId: row.connection_id,
    key: row.key,
    kind: row.kind,
    conversation: row.conversation,
    urgent: row.urgent === 1,
    body: row.body ?? '',
    receivedAt: row.received_at,
    retried: row.retried === 1,
  };
}

/** The dispatch that was under way may have been taken: its row counts as one without an answer, as after a crash. */
function toWaiting(row: StoredRow, now: number): MovedWaiting {
  const isHeld = row.owner !== null;
  return {
    attempts: isHeld ? Math.max(0, row.attempts - 1) : row.attempts,
    unansweredAt: row.unanswered_at ?? (isHeld ? now : undefined),
    reason: row.last_error ?? undefined,
    readyAt: row.ready_at ?? row.received_at,
    ...common(row),
  };
}

function toDead(row: StoredRow): MovedDead {
  return {
    attempts: row.attempts,
    unansweredAt: row.unanswered_at ?? undefined,
    reason: row.last_error ?? '',
    type: row.type ?? undefined,
    channel: row.channel ?? undefined,
    settledAt: row.settled_at,
    ...common(row),
  };
}
