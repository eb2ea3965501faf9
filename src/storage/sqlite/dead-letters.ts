import type { DeadRow, Resent } from '../journal.js';
import { ROW_COLUMNS, ROW_TABLES, toDeadRow, type StoredRow } from './row.js';
import type { Tables } from './tables.js';

/** Rows that were given up, by id. */
export function prepareListDead({ database }: Tables): (after: number, limit: number) => DeadRow[] {
  const select = database.prepare(`SELECT ${ROW_COLUMNS} FROM ${ROW_TABLES} WHERE e.id IN
    (SELECT id FROM events WHERE state = 'dead' AND settled_at IS NOT NULL AND id > ? ORDER BY id LIMIT ?)
    ORDER BY e.id`);
  return (after, limit) => (select.all(after, limit) as StoredRow[]).map(toDeadRow);
}

interface Dead {
  readonly source_id: number;
  readonly app_id: string;
  readonly connection_id: string;
  readonly urgent: number;
  readonly conversation: string;
  readonly size: number;
}

/** Puts rows that were given up back into their lanes, as if they had never been tried. */
export function prepareResend({ database, sources, lanes, inFlight }: Tables) {
  const select = database.prepare(
    `SELECT source_id, app_id, connection_id, urgent, conversation, size FROM events JOIN sources s ON s.id = source_id
      WHERE events.id = ? AND state = 'dead'`,
  );
  const revive = database.prepare(`UPDATE events SET state = 'waiting', settled_at = NULL, attempts = 0,
    retried = 1 WHERE id = ? AND state = 'dead'`);

  const reviveOne = (id: number, now: number): Resent[] => {
    const row = select.get(id) as Dead | undefined;
    if (row === undefined) return [];
    revive.run(id);
    const holder = inFlight.holderOf(row.source_id, row.urgent, row.conversation);
    lanes.open(row.source_id, row.urgent, row.conversation, now, holder ?? null);
    sources.count(row.source_id, { waiting: 1, waitingBytes: row.size, dead: -1 });
    return [{ appId: row.app_id, connectionId: row.connection_id, bytes: row.size }];
  };

  return (ids: readonly number[], now: number): Resent[] => ids.flatMap((id) => reviveOne(id, now));
}
