import { execFile } from 'node:child_process';
import { open, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { openJournalFile, openSqliteJournal } from '../../src/storage/sqlite/sqlite-journal.js';
import { PluginError } from '../../src/core/errors.js';
import type { JournalDatabase } from '../../src/storage/journal.js';

/** A journal, and a way to make it impossible to write, and possible again. */
export interface FullDisk {
  /** Where the program is told that its journal is. */
  readonly path: string;
  open(path: string): Promise<JournalDatabase>;
  fill(): Promise<void>;
  free(): Promise<void>;
  remove(): Promise<void>;
}

const run = promisify(execFile);
/** More than any test writes. */
const ENOUGH_BYTES = 1024 ** 3;
const JOURNAL_BYTES = 1024 ** 2;
const MOUNTED_BYTES = 4 * 1024 ** 2;

/** A small file system that something else fills; undefined where a test may not mount one. */
export async function smallFileSystem(): Promise<FullDisk | undefined> {
  const folder = await mkdtemp(join(tmpdir(), 'full-disk-'));
  try {
    await run('mount', ['-t', 'tmpfs', '-o', `size=${MOUNTED_BYTES}`, 'tmpfs', folder]);
  } catch {
    await rm(folder, { recursive: true });
    return undefined;
  }
  const ballast = join(folder, 'ballast');
  return {
    path: join(folder, 'journal.sqlite'),
    open: (path) => openJournalFile({ path, maxBytes: ENOUGH_BYTES }),
    async fill() {
      const file = await open(ballast, 'w');
      try {
        for (;;) await file.write(Buffer.alloc(4096));
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
      } finally {
        await file.close();
      }
    },
    free: () => rm(ballast),
    async remove() {
      await run('umount', [folder]);
      await rm(folder, { recursive: true });
    },
  };
}

/** A fault at the journal itself: writing methods fail with `code`, and have no effect. */
export async function failingJournal(code: 'journal_full' | 'journal_unavailable'): Promise<FullDisk> {
  const folder = await mkdtemp(join(tmpdir(), 'full-disk-'));
  let fails = false;
  const guarded =
    <Arguments extends unknown[], Result>(method: (...values: Arguments) => Promise<Result>) =>
    (...values: Arguments): Promise<Result> =>
      fails ? Promise.reject(new PluginError(code, 'no room, says the test')) : method(...values);
  return {
    path: join(folder, 'journal.sqlite'),
    async open(path) {
      const journal = await openJournalFile({ path, maxBytes: ENOUGH_BYTES });
      return {
        ...journal,
        append: guarded((rows) => journal.append(rows)),
        claim: guarded((...what) => journal.claim(...what)),
        settle: guarded((...what) => journal.settle(...what)),
        prune: guarded((request) => journal.prune(request)),
        probe: guarded((now) => journal.probe(now)),
      };
    },
    fill() {
      fails = true;
      return Promise.resolve();
    },
    free() {
      fails = false;
      return Promise.resolve();
    },
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}

/** A journal with little room, which nothing fills but events. */
export async function smallJournal(): Promise<FullDisk> {
  const folder = await mkdtemp(join(tmpdir(), 'full-disk-'));
  return {
    path: join(folder, 'journal.sqlite'),
    open: (path) => openSqliteJournal({ path, maxBytes: JOURNAL_BYTES }),
    fill: () => Promise.resolve(),
    free: () => Promise.resolve(),
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}
