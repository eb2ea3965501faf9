import type { Ready } from '../journal.js';
import type { Tables } from './tables.js';

interface ReadyRow {
  readonly app_id: string;
  readonly connection_id: string;
  readonly urgent: number;
  readonly ready_at: number | null;
}

/** For each source and urgency that has a lane nobody holds: when the first of them is ready. */
export function prepareReady({ database }: Tables): () => Ready[] {
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
