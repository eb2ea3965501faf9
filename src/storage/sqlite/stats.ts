import type { JournalStats } from '../journal.js';
import { usedBytes } from './room.js';
import type { Tables } from './tables.js';

interface SourceRow {
  readonly app_id: string;
  readonly connection_id: string;
  readonly waiting: number;
  readonly waiting_bytes: number;
  readonly dead: number;
}

/** Counts that are kept up to date, so that asking costs the same whatever the number of rows. */
export function prepareStats({ database }: Tables): () => JournalStats {
  const select = database.prepare('SELECT app_id, connection_id, waiting, waiting_bytes, dead FROM sources');
  const pages = database.prepare('PRAGMA page_count');
  const { page_size: size } = database.prepare('PRAGMA page_size').get() as { page_size: number };
  const used = usedBytes(database);
  return () => ({
    sources: (select.all() as SourceRow[]).map((row) => ({
      appId: row.app_id,
      connectionId: row.connection_id,
      waiting: row.waiting,
      waitingBytes: row.waiting_bytes,
      dead: row.dead,
    })),
    usedBytes: used(),
    fileBytes: (pages.get() as { page_count: number }).page_count * size,
  });
}
