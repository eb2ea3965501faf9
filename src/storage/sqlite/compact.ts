import type { Tables } from './tables.js';

// A step of this many pages takes a few milliseconds, which is what an append may have to wait for it.
const PAGES_A_STEP = 64;

// Free pages are used again by the next rows: so many, and a fifth of the file, are not worth giving back.
const PAGES_KEPT = 2048;

/** Shortens the file by a few of its free pages. */
export function prepareCompact({ database }: Tables): () => boolean {
  const free = database.prepare('PRAGMA freelist_count');
  const pages = database.prepare('PRAGMA page_count');
  return () => {
    const { freelist_count: unused } = free.get() as { freelist_count: number };
    const { page_count: all } = pages.get() as { page_count: number };
    const kept = PAGES_KEPT + all / 5;
    if (unused <= kept) return false;
    database.exec(`PRAGMA incremental_vacuum(${PAGES_A_STEP})`);
    return unused - PAGES_A_STEP > kept;
  };
}
