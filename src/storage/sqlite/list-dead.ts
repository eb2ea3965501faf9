import type { DeadRow } from '../journal.js';
import { ROW_COLUMNS, ROW_TABLES, toDeadRow, type StoredRow } from './row.js';
import type { Tables } from './tables.js';

/** Rows that were given up, by id. */
export function prepareListDead({ database }: Tables): (after: number, limit: number) => DeadRow[] {
  const select = database.prepare(`SELECT ${ROW_COLUMNS} FROM ${ROW_TABLES} WHERE e.id IN
    (SELECT id FROM events WHERE state = 'dead' AND settled_at IS NOT NULL AND id > ? ORDER BY id LIMIT ?)
    ORDER BY e.id`);
  return (after, limit) => (select.all(after, limit) as StoredRow[]).map(toDeadRow);
}
