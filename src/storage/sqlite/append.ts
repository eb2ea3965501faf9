import type { Appended, RowToAppend } from '../journal.js';
import { refuseWhenFull } from './room.js';
import type { Tables } from './tables.js';

/** Adds rows; refuses when the journal has grown to `maxBytes`. */
export function prepareAppend(
  tables: Tables,
  maxBytes: number,
): (rows: readonly RowToAppend[]) => Appended[] {
  const { database, sources, lanes } = tables;
  const insert = database.prepare(`INSERT INTO events
    (source_id, key, kind, conversation, urgent, size, received_at, state, attempts, owner)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`);
  const insertBody = database.prepare('INSERT INTO bodies (event_id, body) VALUES (?, ?)');
  const checkRoom = refuseWhenFull(database, maxBytes);

  const appendOne = (row: RowToAppend): Appended => {
    const { key, kind, conversation, receivedAt, claimFor = null } = row;
    const source = sources.findOrAdd(row);
    const urgent = row.urgent ? 1 : 0;
    const size = Buffer.byteLength(row.body);
    const isFirst = lanes.open(source, urgent, conversation, receivedAt, claimFor);
    const owner = isFirst ? claimFor : null;
    const [state, attempts] = owner === null ? ['waiting', 0] : ['sending', 1];
    const done = insert.run(
      source,
      key,
      kind,
      conversation,
      urgent,
      size,
      receivedAt,
      state,
      attempts,
      owner,
    );
    if (Number(done.changes) === 0) {
      if (isFirst) lanes.release(source, urgent, conversation, receivedAt);
      return 'duplicate';
    }
    const id = Number(done.lastInsertRowid);
    insertBody.run(id, row.body);
    sources.count(source, { waiting: 1, waitingBytes: size });
    if (owner !== null) return { claimed: id };
    return isFirst ? 'first' : 'behind';
  };

  return (rows) => {
    checkRoom();
    return rows.map(appendOne);
  };
}
