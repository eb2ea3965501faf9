import { PATH_STEP_LENGTH, type KnownRow, type PathRecord } from '../paths.js';
import type { Database } from './driver.js';
import type { Tables } from './tables.js';

const STEP = new RegExp(`.{${PATH_STEP_LENGTH}}`, 'g');

interface StoredPath {
  readonly id: number;
  readonly key: string;
  readonly event_id: string | null;
  readonly origin: string;
  readonly count: number;
  readonly steps: string;
}

/** The paths with a key or an event id of the server, latest first. */
export function prepareFindPaths({ database, inFlight }: Tables): (name: string) => PathRecord[] {
  const select = database.prepare(`SELECT id, key, event_id, origin, count, steps FROM paths
    WHERE key = ? OR event_id = ? ORDER BY id DESC LIMIT 100`);
  return (name) => {
    inFlight.fold();
    return (select.all(name, name) as StoredPath[]).map(({ event_id: eventId, steps, ...path }) => ({
      eventId: eventId ?? '',
      steps: steps.match(STEP) ?? [],
      ...path,
    }));
  };
}

interface StoredRow {
  readonly id: number;
  readonly app_id: string;
  readonly connection_id: string;
  readonly received_at: number;
  readonly state: 'waiting' | 'sending' | 'dead' | 'delivered' | 'key';
  readonly attempts: number;
  readonly last_error: string | null;
}

/** Where the rows with a key are, of every app and connection. */
export function prepareFindRows({ database, inFlight }: Tables): (key: string) => KnownRow[] {
  // One seek for each source: there is no index of keys alone, which every event would have to pay for.
  const select =
    database.prepare(`SELECT e.id, app_id, connection_id, received_at, state, attempts, last_error
    FROM sources s CROSS JOIN events e ON e.source_id = s.id AND e.key = ?`);
  const source = database.prepare('SELECT app_id, connection_id FROM sources WHERE id = ?');
  return (key) => {
    inFlight.fold();
    const flying = [...inFlight.rows()].filter((row) => row.key === key);
    return [
      ...flying.map((row): KnownRow => {
        const of = source.get(row.source) as Pick<StoredRow, 'app_id' | 'connection_id'>;
        return {
          id: row.id,
          appId: of.app_id,
          connectionId: of.connection_id,
          receivedAt: row.receivedAt,
          state: 'sending',
          attempts: 1,
          reason: undefined,
        };
      }),
      ...(select.all(key) as StoredRow[]).map((row): KnownRow => ({
        id: row.id,
        appId: row.app_id,
        connectionId: row.connection_id,
        receivedAt: row.received_at,
        state: row.state === 'delivered' || row.state === 'key' ? 'ended' : row.state,
        attempts: row.attempts,
        reason: row.last_error ?? undefined,
      })),
    ];
  };
}

// What a path takes at most in its table and in the two indexes.
const PATH_BYTES = 320;

/** How many paths may stay: they take a tenth of the journal's room at most. */
const SHARE = 0.1;

/**
 * Removes the oldest paths: those older than `before`, those beyond their share, and all of them, step by step, while
 * `mustMakeRoom`. Answers how many it removed.
 */
export function preparePrunePaths(
  database: Database,
  maxBytes: number,
): (before: number, limit: number, mustMakeRoom: boolean) => number {
  // Ids are taken for what is not written, too: there are no more paths than these say.
  const span = database.prepare('SELECT min(id) AS least, max(id) AS most FROM paths');
  const drop = database.prepare(
    'DELETE FROM paths WHERE id IN (SELECT id FROM paths ORDER BY id LIMIT ?) AND at < ?',
  );
  return (before, limit, mustMakeRoom) => {
    const { least, most } = span.get() as { least: number | null; most: number | null };
    if (least === null || most === null) return 0;
    const isFull = (most - least + 1) * PATH_BYTES > SHARE * maxBytes;
    const all = isFull || mustMakeRoom;
    return Number(drop.run(limit, all ? Number.MAX_SAFE_INTEGER : before).changes);
  };
}
