import type { JournalStats, ReadyLane, SourceStats } from '../journal.js';
import { PATH_BYTES } from './paths.js';
import type { Query } from './session.js';
import { decodeText } from './text.js';

interface StoredStats {
  readonly app_id: string;
  readonly connection_id: string;
  readonly waiting: number;
  readonly waiting_bytes: number;
  readonly dead: number;
  readonly oldest: number | null;
}

/** What is used and what the files take, in bytes. */
export interface Sizes {
  readonly usedBytes: number;
  readonly fileBytes: number;
}

// What a row and a key take beside the body, with their entries in indexes.
const ROW_BYTES = 600;
const KEY_BYTES = 120;

const FILES = `SELECT sum(pg_total_relation_size(c.oid))::bigint AS bytes FROM pg_class c
  WHERE c.relnamespace = to_regnamespace('ak_slack') AND c.relkind = 'r'`;

/** Counts what waits and what is dead; the connections of which anything is left. */
export async function stats(query: Query, maxBytes: number): Promise<JournalStats> {
  const sources = await query<StoredStats>(
    `SELECT s.app_id, s.connection_id, coalesce(e.waiting, 0) AS waiting, coalesce(e.bytes, 0) AS waiting_bytes,
        coalesce(d.dead, 0) AS dead, e.oldest
      FROM ak_slack.sources s
      LEFT JOIN (SELECT source, count(*) AS waiting, sum(size) AS bytes, min(received_at) AS oldest
        FROM ak_slack.events GROUP BY source) e
        ON e.source = s.id
      LEFT JOIN (SELECT source, count(*) AS dead FROM ak_slack.dead GROUP BY source) d ON d.source = s.id
      WHERE e.waiting > 0 OR d.dead > 0 OR EXISTS (SELECT 1 FROM ak_slack.keys k WHERE k.source = s.id)
      ORDER BY s.id`,
  );
  const { usedBytes, fileBytes } = await readSizes(query);
  const times = sources.flatMap(({ oldest }) => (oldest === null ? [] : [oldest]));
  const oldestWaitingAt = times.length === 0 ? undefined : Math.min(...times);
  return { sources: sources.map(toStats), oldestWaitingAt, usedBytes, fileBytes, maxBytes };
}

/** Bytes of the files. Cheap. */
export async function readFileBytes(query: Query): Promise<number> {
  const [files] = await query<{ bytes: number }>(FILES);
  return files?.bytes ?? 0;
}

/**
 * Bytes that rows, keys and paths take. Not the size of the files, which do not shrink when rows go: PostgreSQL writes the next
 * rows where those were.
 */
export async function readSizes(query: Query): Promise<Sizes> {
  const fileBytes = await readFileBytes(query);
  const [rows] = await query<{ bytes: number }>(
    `SELECT coalesce(sum(size + ${ROW_BYTES}), 0)::bigint AS bytes
      FROM (SELECT size FROM ak_slack.events UNION ALL SELECT size FROM ak_slack.dead) all_rows`,
  );
  // Estimates that PostgreSQL keeps: there are many keys and paths, and they are small.
  const [estimated] = await query<{ bytes: number }>(
    `SELECT sum(greatest(reltuples, 0) * CASE relname WHEN 'keys' THEN ${KEY_BYTES} ELSE ${PATH_BYTES} END)::bigint AS bytes
      FROM pg_class WHERE oid IN ('ak_slack.keys'::regclass, 'ak_slack.paths'::regclass)`,
  );
  return { usedBytes: Math.min((rows?.bytes ?? 0) + (estimated?.bytes ?? 0), fileBytes), fileBytes };
}

function toStats(stored: StoredStats): SourceStats {
  return {
    appId: decodeText(stored.app_id),
    connectionId: decodeText(stored.connection_id),
    waiting: stored.waiting,
    waitingBytes: stored.waiting_bytes,
    dead: stored.dead,
  };
}

interface StoredReady {
  readonly app_id: string;
  readonly connection_id: string;
  readonly urgent: boolean;
  readonly ready_at: number;
}

/** For each source and urgency that has a lane nobody holds: when the first of them is ready. */
export async function ready(query: Query): Promise<ReadyLane[]> {
  // One look in the index for each source and urgency, however many lanes there are.
  const rows = await query<StoredReady>(
    `SELECT s.app_id, s.connection_id, u.urgent, r.ready_at
      FROM ak_slack.sources s CROSS JOIN (VALUES (false), (true)) u(urgent)
      CROSS JOIN LATERAL (SELECT e.ready_at FROM ak_slack.events e
        WHERE e.source = s.id AND e.urgent = u.urgent AND e.leads AND e.owner IS NULL
        ORDER BY e.ready_at, e.id LIMIT 1) r`,
  );
  return rows.map((row) => ({
    appId: decodeText(row.app_id),
    connectionId: decodeText(row.connection_id),
    urgent: row.urgent,
    readyAt: row.ready_at,
  }));
}
