import { journalFull } from '../journal-full.js';
import type { Database } from './driver.js';
import type { Tables } from './tables.js';

/** Bytes of the file that hold something. */
export function usedBytes(database: Database): () => number {
  const pages = database.prepare('PRAGMA page_count');
  const free = database.prepare('PRAGMA freelist_count');
  const { page_size: size } = database.prepare('PRAGMA page_size').get() as { page_size: number };
  return () => {
    const { page_count: all } = pages.get() as { page_count: number };
    const { freelist_count: unused } = free.get() as { freelist_count: number };
    return (all - unused) * size;
  };
}

// So that events are not refused for what was given up.
const CROWDED = 0.8;

/** Whether so much is in use that dead letters must make room. */
export function isCrowded(database: Database, maxBytes: number): () => boolean {
  const used = usedBytes(database);
  return () => used() > CROWDED * maxBytes;
}

/** Throws `journal_full` once `maxBytes` of the file are in use. */
export function refuseWhenFull(database: Database, maxBytes: number): () => void {
  const used = usedBytes(database);
  return () => {
    if (used() < maxBytes) return;
    throw journalFull(maxBytes);
  };
}

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
