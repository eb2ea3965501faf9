import type { Tables } from './tables.js';

// A step of this many pages takes a few milliseconds, which is what an append may have to wait for it.
const PAGES_A_STEP = 64;

// Free pages are used again by the next rows; below this it is not worth giving them back.
const PAGES_KEPT = 1024;

/** Shortens the file by a few of its free pages. Runs outside a transaction of its own making. */
export function prepareCompact({ database }: Tables): () => boolean {
  const free = database.prepare('PRAGMA freelist_count');
  return () => {
    const { freelist_count: count } = free.get() as { freelist_count: number };
    if (count <= PAGES_KEPT) return false;
    database.exec(`PRAGMA incremental_vacuum(${PAGES_A_STEP})`);
    return count - PAGES_A_STEP > PAGES_KEPT;
  };
}
