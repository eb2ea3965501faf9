import { PATH_STEP_LENGTH, type KnownRow, type PathNote, type PathRecord } from '../paths.js';
import { functionName } from './functions.js';
import type { Query } from './session.js';
import { decodeText, encodeText, indexed } from './text.js';

const STEP = new RegExp(`.{${PATH_STEP_LENGTH}}`, 'g');

/** Notes something of the path of a row whose claim may have ended. */
export async function notePath(
  query: Query,
  id: number,
  { key, origin, step }: PathNote,
  now: number,
): Promise<void> {
  await query(`SELECT ${functionName('note_path')}($1, $2, NULL, $3, $4, $5)`, [
    id,
    indexed(encodeText(key)),
    now,
    encodeText(origin),
    encodeText(step),
  ]);
}

interface StoredPath {
  readonly id: number;
  readonly key: string;
  readonly event_id: string | null;
  readonly origin: string;
  readonly count: number;
  readonly steps: string;
}

/** The paths with a key or an event id of the server, latest first. */
export async function findPaths(query: Query, name: string): Promise<PathRecord[]> {
  const paths = await query<StoredPath>(
    `SELECT id, key, event_id, origin, count, steps FROM ak_slack.paths WHERE key = $1 OR event_id = $2
      ORDER BY id DESC LIMIT 100`,
    [indexed(encodeText(name)), encodeText(name)],
  );
  return paths.map(({ id, key, event_id: eventId, origin, count, steps }) => ({
    id,
    key: decodeText(key),
    eventId: decodeText(eventId ?? ''),
    origin: decodeText(origin),
    count,
    steps: decodeText(steps).match(STEP) ?? [],
  }));
}

interface StoredRow {
  readonly id: number | null;
  readonly app_id: string;
  readonly connection_id: string;
  readonly received_at: number;
  readonly state: KnownRow['state'];
  readonly attempts: number;
  readonly reason: string | null;
}

// Each part finds its rows by an index of its own; a key alone says that a row was there.
const ROWS = `WITH found AS (
    SELECT id, source, received_at, 'waiting' AS state, attempts, last_error AS reason FROM ak_slack.events
      WHERE owner IS NULL AND key = $1
    UNION ALL SELECT id, source, received_at, 'sending', attempts, last_error FROM ak_slack.events
      WHERE owner IS NOT NULL AND key = $1
    UNION ALL SELECT id, source, received_at, 'dead', attempts, reason FROM ak_slack.dead WHERE key = $1),
  ended AS (SELECT NULL::bigint, k.source, k.at, 'ended', 0, NULL
    FROM ak_slack.sources s JOIN ak_slack.keys k ON k.source = s.id AND k.key = $1
    WHERE NOT EXISTS (SELECT 1 FROM found f WHERE f.source = s.id))
  SELECT e.id, s.app_id, s.connection_id, e.received_at, e.state, e.attempts, e.reason
    FROM (SELECT * FROM found UNION ALL SELECT * FROM ended) e JOIN ak_slack.sources s ON s.id = e.source`;

/** Where the rows with a key are, of every app and connection. */
export async function findRows(query: Query, key: string): Promise<KnownRow[]> {
  const rows = await query<StoredRow>(ROWS, [indexed(encodeText(key))]);
  return rows.map((row) => ({
    id: row.id ?? undefined,
    appId: decodeText(row.app_id),
    connectionId: decodeText(row.connection_id),
    receivedAt: row.received_at,
    state: row.state,
    attempts: row.attempts,
    reason: row.reason === null ? undefined : decodeText(row.reason),
  }));
}

// What a path takes at most in its table and in the three indexes.
export const PATH_BYTES = 380;

/** Paths take this part of the journal's room at most. */
const SHARE = 0.1;

/** Whether there are more paths than may be, by the count that PostgreSQL keeps. */
async function isFull(query: Query, maxBytes: number): Promise<boolean> {
  const [paths] = await query<{ rows: number }>(
    `SELECT greatest(reltuples, 0)::bigint AS rows FROM pg_class WHERE oid = 'ak_slack.paths'::regclass`,
  );
  return (paths?.rows ?? 0) * PATH_BYTES > SHARE * maxBytes;
}

/** Removes the oldest paths: those older than `before`, and any while there are too many. Answers how many it removed. */
export async function prunePaths(
  query: Query,
  { before, limit, maxBytes, mustMakeRoom }: PrunePaths,
): Promise<number> {
  const all = mustMakeRoom || (await isFull(query, maxBytes));
  const removed = await query(
    `DELETE FROM ak_slack.paths WHERE id = ANY (ARRAY(SELECT p.id FROM ak_slack.paths p ORDER BY p.id LIMIT $1)) AND at < $2
      RETURNING 1`,
    [limit, all ? Number.MAX_SAFE_INTEGER : before],
  );
  return removed.length;
}

export interface PrunePaths {
  readonly before: number;
  readonly limit: number;
  readonly maxBytes: number;
  /** Whether most of the journal's room is in use. */
  readonly mustMakeRoom: boolean;
}
