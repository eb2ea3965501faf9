import { dirname } from 'node:path';
import type { JournalStats, ReadyLane, SourceStats } from '../journal.js';
import { freeBytes } from './copy-file.js';
import { usedBytes } from './room.js';
import type { Tables } from './tables.js';

interface SourceRow {
  readonly id: number;
  readonly app_id: string;
  readonly connection_id: string;
  readonly waiting: number;
  readonly waiting_bytes: number;
  readonly dead: number;
}

/** Counts that are kept up to date, so that asking costs the same whatever the number of rows. */
export function prepareStats(
  { database, inFlight }: Tables,
  { path, maxBytes }: { readonly path: string; readonly maxBytes: number },
): () => JournalStats {
  const select = database.prepare(
    'SELECT id, app_id, connection_id, waiting, waiting_bytes, dead FROM sources',
  );
  const pages = database.prepare('PRAGMA page_count');
  const { page_size: size } = database.prepare('PRAGMA page_size').get() as { page_size: number };
  const used = usedBytes(database);
  const oldest = database.prepare(
    'SELECT received_at FROM events WHERE settled_at IS NULL ORDER BY id LIMIT 1',
  );
  const oldestWaitingAt = (): number | undefined => {
    const waiting = oldest.get() as { received_at: number } | undefined;
    const times = [...inFlight.rows()].map(({ receivedAt }) => receivedAt);
    const first = Math.min(waiting?.received_at ?? Infinity, ...times);
    return first === Infinity ? undefined : first;
  };
  const sourceStats = (row: SourceRow): SourceStats => {
    const flying = [...inFlight.rows()].filter(({ source }) => source === row.id);
    return {
      appId: row.app_id,
      connectionId: row.connection_id,
      waiting: row.waiting + flying.length,
      waitingBytes: row.waiting_bytes + flying.reduce((sum, { size }) => sum + size, 0),
      dead: row.dead,
    };
  };
  return () => ({
    sources: (select.all() as SourceRow[]).map(sourceStats),
    usedBytes: used(),
    fileBytes: (pages.get() as { page_count: number }).page_count * size,
    freeBytes: freeBytes(dirname(path)),
    oldestWaitingAt: oldestWaitingAt(),
    maxBytes,
  });
}

interface ReadyRow {
  readonly app_id: string;
  readonly connection_id: string;
  readonly urgent: number;
  readonly ready_at: number | null;
}

/** For each source and urgency that has a lane nobody holds: when the first of them is ready. */
export function prepareReady({ database }: Tables): () => ReadyLane[] {
  // One seek for each source and urgency, however many lanes there are.
  const select = database.prepare(`SELECT s.app_id, s.connection_id, u.urgent, (SELECT l.ready_at FROM lanes l
      WHERE l.source_id = s.id AND l.urgent = u.urgent AND l.owner IS NULL ORDER BY l.ready_at LIMIT 1) AS ready_at
    FROM sources s CROSS JOIN (SELECT 0 AS urgent UNION ALL SELECT 1) u WHERE s.waiting > 0`);
  return () =>
    (select.all() as ReadyRow[]).flatMap((row) =>
      row.ready_at === null
        ? []
        : [
            {
              appId: row.app_id,
              connectionId: row.connection_id,
              urgent: row.urgent === 1,
              readyAt: row.ready_at,
            },
          ],
    );
}
