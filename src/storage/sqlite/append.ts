import type { Appended, NewRow } from '../journal.js';
import { refuseWhenFull } from './room.js';
import type { Tables } from './tables.js';

/** Adds rows; refuses when the journal has grown to `maxBytes`. */
export function prepareAppend(tables: Tables, maxBytes: number): (rows: readonly NewRow[]) => Appended[] {
  const { database, sources, lanes } = tables;
  const insert = database.prepare(`INSERT INTO events
    (source_id, key, kind, conversation, urgent, size, received_at) VALUES (?, ?, ?, ?, ?, ?, ?)
    ON CONFLICT DO NOTHING`);
  const insertBody = database.prepare('INSERT INTO bodies (event_id, body) VALUES (?, ?)');
  const checkRoom = refuseWhenFull(database, maxBytes);

  const appendOne = (row: NewRow): Appended => {
    const source = sources.findOrAdd(row);
    const urgent = row.urgent ? 1 : 0;
    const size = Buffer.byteLength(row.body);
    const done = insert.run(source, row.key, row.kind, row.conversation, urgent, size, row.receivedAt);
    if (Number(done.changes) === 0) return 'duplicate';
    insertBody.run(Number(done.lastInsertRowid), row.body);
    sources.count(source, { waiting: 1, waitingBytes: size });
    return lanes.open(source, urgent, row.conversation, row.receivedAt) ? 'first' : 'behind';
  };

  return (rows) => {
    checkRoom();
    return rows.map(appendOne);
  };
}
