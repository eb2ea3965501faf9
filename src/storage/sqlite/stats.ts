import type { JournalStats, SourceStats } from '../journal.js';
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
export function prepareStats({ database, inFlight }: Tables): () => JournalStats {
  const select = database.prepare(
    'SELECT id, app_id, connection_id, waiting, waiting_bytes, dead FROM sources',
  );
  const pages = database.prepare('PRAGMA page_count');
  const { page_size: size } = database.prepare('PRAGMA page_size').get() as { page_size: number };
  const used = usedBytes(database);
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
  });
}
