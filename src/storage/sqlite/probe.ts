import { refuseWhenFull } from './room.js';
import type { Tables } from './tables.js';

// What a few usual events take: a disk with room for less is as good as full.
const FILLER_BYTES = 64 * 1024;

/** Writes one record, as a sign that the disk takes something. */
export function prepareProbe({ database }: Tables, maxBytes: number): (now: number) => void {
  const write = database.prepare(
    `INSERT OR REPLACE INTO probes (id, at, filler) VALUES (1, ?, zeroblob(${FILLER_BYTES}))`,
  );
  const checkRoom = refuseWhenFull(database, maxBytes);
  return (now) => {
    checkRoom();
    write.run(now);
  };
}
