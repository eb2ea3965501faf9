import type { Claimed, ReadyLane, ClaimRequest } from '../journal.js';
import type { JournalRow } from '../rows.js';
import { ROW_COLUMNS, ROW_TABLES, toRow, type StoredRow } from './row.js';
import type { Tables } from './tables.js';

/** Takes the leading rows of lanes that are ready. */
export function prepareClaim({ database, sources, lanes }: Tables) {
  const readyLanes = database.prepare(`SELECT conversation FROM lanes
    WHERE source_id = ? AND urgent = ? AND owner IS NULL AND ready_at <= ? ORDER BY ready_at LIMIT ?`);
  const head = database.prepare(`SELECT id FROM events
    WHERE source_id = ? AND urgent = ? AND conversation = ? AND owner IS NULL AND settled_at IS NULL
    ORDER BY id LIMIT 1`);
  const holdLane = database.prepare(
    'UPDATE lanes SET owner = ? WHERE source_id = ? AND urgent = ? AND conversation = ?',
  );
  const holdRow = database.prepare(
    `UPDATE events SET state = 'sending', owner = ?, attempts = attempts + 1 WHERE id = ?`,
  );
  const read = database.prepare(`SELECT ${ROW_COLUMNS} FROM ${ROW_TABLES} WHERE e.id = ?`);
  const nextReady = database.prepare(`SELECT ready_at FROM lanes
    WHERE source_id = ? AND urgent = ? AND owner IS NULL ORDER BY ready_at LIMIT 1`);

  return (owner: string, now: number, requests: readonly ClaimRequest[]): Claimed => {
    const rows: JournalRow[] = [];
    const next: ReadyLane[] = [];
    for (const request of requests) {
      const source = sources.find(request);
      if (source === undefined) continue;
      const urgent = request.urgent ? 1 : 0;
      const found = readyLanes.all(source, urgent, now, request.limit) as { conversation: string }[];
      for (const { conversation } of found) {
        const leading = head.get(source, urgent, conversation) as { id: number } | undefined;
        if (leading === undefined) {
          lanes.release(source, urgent, conversation, now);
          continue;
        }
        holdLane.run(owner, source, urgent, conversation);
        holdRow.run(owner, leading.id);
        rows.push(toRow(read.get(leading.id) as StoredRow));
      }
      const left = nextReady.get(source, urgent) as { ready_at: number } | undefined;
      if (left !== undefined)
        next.push({
          appId: request.appId,
          connectionId: request.connectionId,
          urgent: request.urgent,
          readyAt: left.ready_at,
        });
    }
    return { rows, next };
  };
}
