import { closeSync, fdatasyncSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

// A commit of one event writes some seven pages.
const BYTES = 28 * 1024;
// The file is written over and over, as the journal's log is.
const RECORDS = 1000;

/**
 * The 99th percentile, in milliseconds, of being on the disk, when `count` records fall due at a steady rate and each is
 * written and synced alone by a program that does nothing else: what no durable acknowledgement can be faster than here.
 */
export function bareDisk(count: number, perSecond: number): number {
  const folder = mkdtempSync(join(tmpdir(), 'bench-disk-'));
  const file = openSync(join(folder, 'records'), 'w');
  try {
    const record = Buffer.alloc(BYTES, 1);
    for (let n = 0; n < RECORDS; n += 1) writeSync(file, record, 0, BYTES, n * BYTES);
    fdatasyncSync(file);
    const took: number[] = [];
    const start = performance.now();
    while (took.length < count) {
      const due = start + (took.length * 1000) / perSecond;
      while (performance.now() < due);
      // What fell due during the last sync shares this one.
      const sharing = Math.min(count, Math.floor(((performance.now() - start) * perSecond) / 1000) + 1);
      writeSync(file, record, 0, BYTES, (took.length % RECORDS) * BYTES);
      fdatasyncSync(file);
      const now = performance.now();
      for (let n = took.length; n < sharing; n += 1) took.push(now - (start + (n * 1000) / perSecond));
    }
    took.sort((a, b) => a - b);
    return took[Math.floor(count * 0.99)] ?? NaN;
  } finally {
    closeSync(file);
    rmSync(folder, { recursive: true });
  }
}
