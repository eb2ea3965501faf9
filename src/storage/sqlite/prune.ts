import type { Pruned, PruneRequest } from '../journal.js';
import { preparePrunePaths } from './paths.js';
import { isCrowded } from './room.js';
import type { Tables } from './tables.js';

/** Removes what is no longer needed: bodies first, which are large, then keys, paths and old dead letters. */
export function preparePrune({ database, sources }: Tables, maxBytes: number) {
  const oldest = database.prepare(
    'SELECT id, source_id, settled_at FROM events WHERE state = ? AND settled_at < ? ORDER BY settled_at LIMIT ?',
  );
  const dropBody = database.prepare('DELETE FROM bodies WHERE event_id = ?');
  const toKey = database.prepare(`UPDATE events SET state = 'key' WHERE id = ?`);
  const dropRow = database.prepare('DELETE FROM events WHERE id = ?');
  const find = (state: string, before: number, limit: number) =>
    oldest.all(state, before, limit) as { id: number; source_id: number; settled_at: number }[];
  const mustMakeRoom = isCrowded(database, maxBytes);
  const prunePaths = preparePrunePaths(database, maxBytes);

  return ({ bodiesBefore, keysBefore, pathsBefore, deadBefore, limit }: PruneRequest): Pruned => {
    const bodies = find('delivered', bodiesBefore, limit);
    for (const { id } of bodies) {
      dropBody.run(id);
      toKey.run(id);
    }
    const keys = find('key', keysBefore, limit);
    for (const { id } of keys) dropRow.run(id);
    const crowded = mustMakeRoom();
    const paths = prunePaths(pathsBefore, limit, crowded);
    // Paths go first: a dead letter can still be sent.
    const dead = find('dead', crowded && paths === 0 ? Number.MAX_SAFE_INTEGER : deadBefore, limit);
    for (const { id, source_id } of dead) {
      dropBody.run(id);
      dropRow.run(id);
      sources.count(source_id, { dead: -1 });
    }
    return {
      more: paths === limit || [bodies, keys, dead].some((removed) => removed.length === limit),
      deadForRoom: dead.filter(({ settled_at }) => settled_at >= deadBefore).length,
    };
  };
}

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
