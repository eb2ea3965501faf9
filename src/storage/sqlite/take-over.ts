import type { JournalRow } from '../rows.js';
import { ROW_COLUMNS, ROW_TABLES, toRow, type StoredRow } from './row.js';
import type { Tables } from './tables.js';

/** Moves rows of owners that are gone to `owner`. One process has the file, so every other owner is gone. */
export function prepareTakeOver(tables: Tables) {
  const { database, inFlight } = tables;
  const select = database.prepare(
    `SELECT ${ROW_COLUMNS} FROM ${ROW_TABLES} WHERE e.owner IS NOT NULL AND e.owner <> ? LIMIT ?`,
  );
  const holdRow = database.prepare('UPDATE events SET owner = ? WHERE id = ?');
  const holdLane = database.prepare(`UPDATE lanes SET owner = ? WHERE (source_id, urgent, conversation) =
    (SELECT source_id, urgent, conversation FROM events WHERE id = ?)`);
  // One seek for each source and urgency, however many lanes there are.
  const hurry = database.prepare(`UPDATE lanes INDEXED BY lanes_ready SET ready_at = ?1
    WHERE owner IS NULL AND ready_at > ?1 AND source_id IN (SELECT id FROM sources) AND urgent IN (0, 1)`);
  return (owner: string, latest: number, limit: number): JournalRow[] => {
    hurry.run(latest);
    for (const row of [...inFlight.rows()]) if (row.owner !== owner) inFlight.move(row, tables);
    const rows = (select.all(owner, limit) as StoredRow[]).map(toRow);
    for (const row of rows) {
      holdRow.run(owner, row.id);
      holdLane.run(owner, row.id);
    }
    return rows;
  };
}
