import type { Appended, RowToAppend } from '../rows.js';
import { refuseWhenFull } from './room.js';
import type { Tables } from './tables.js';

/** Adds rows; refuses when the journal has grown to `maxBytes`. */
export function prepareAppend(
  tables: Tables,
  maxBytes: number,
): (rows: readonly RowToAppend[]) => Appended[] {
  const { database, sources, lanes, inFlight, nextId } = tables;
  const known = database.prepare('SELECT 1 FROM events WHERE source_id = ? AND key = ?');
  const insert = database.prepare(`INSERT INTO events
    (id, source_id, key, kind, conversation, urgent, size, received_at)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`);
  const insertBody = database.prepare('INSERT INTO bodies (event_id, body) VALUES (?, ?)');
  const checkRoom = refuseWhenFull(database, maxBytes);

  const appendOne = (row: RowToAppend): Appended => {
    const { key, kind, conversation, receivedAt, claimFor, body } = row;
    const source = sources.findOrAdd(row);
    const urgent = row.urgent ? 1 : 0;
    const size = Buffer.byteLength(body);
    if (inFlight.has(source, key)) return 'duplicate';
    const holder = inFlight.holderOf(source, urgent, conversation);
    const id = nextId();
    if (claimFor !== undefined && holder === undefined && !lanes.isOpen(source, urgent, conversation)) {
      if (known.get(source, key) !== undefined) return 'duplicate';
      inFlight.add({ id, source, key, kind, conversation, urgent, size, receivedAt, owner: claimFor }, body);
      return { claimed: id };
    }
    const isNewLane = lanes.open(source, urgent, conversation, receivedAt, holder ?? null);
    const { changes } = insert.run(id, source, key, kind, conversation, urgent, size, receivedAt);
    if (Number(changes) === 0) {
      if (isNewLane) lanes.release(source, urgent, conversation, receivedAt);
      return 'duplicate';
    }
    insertBody.run(id, body);
    sources.count(source, { waiting: 1, waitingBytes: size });
    return isNewLane && holder === undefined ? 'first' : 'behind';
  };

  return (rows) => {
    checkRoom();
    return rows.map(appendOne);
  };
}
