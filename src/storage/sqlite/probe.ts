import { refuseWhenFull } from './room.js';
import type { Tables } from './tables.js';

/** Writes one small record, as a sign that the disk takes something. */
export function prepareProbe({ database }: Tables, maxBytes: number): (now: number) => void {
  const write = database.prepare(
    'INSERT INTO probes (id, at) VALUES (1, ?) ON CONFLICT (id) DO UPDATE SET at = excluded.at + 1',
  );
  const checkRoom = refuseWhenFull(database, maxBytes);
  return (now) => {
    checkRoom();
    write.run(now);
  };
}
