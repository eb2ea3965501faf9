import {
  closeSync,
  fsyncSync,
  lstatSync,
  openSync,
  realpathSync,
  renameSync,
  rmSync,
  statfsSync,
  statSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { PluginError } from '../../core/errors.js';

// Copies hold response URLs and messages: for the owner alone.
const OWNER_ONLY = 0o600;

/** Bytes that are free in a folder for users like this one; unknown where the file system does not say. */
export function freeBytes(folder: string): number | undefined {
  try {
    const { bavail, bsize } = statfsSync(folder);
    return bavail * bsize;
  } catch {
    return undefined;
  }
}

/** Throws `journal_full` if the folder has no room for a copy of the journal at `path`, with `advice` on what to do. */
export function refuseWithoutRoom(
  path: string,
  folder: string,
  advice: string,
  freeIn: (folder: string) => number | undefined,
): void {
  const needed = statSync(path).size + (statSync(`${path}-wal`, { throwIfNoEntry: false })?.size ?? 0);
  const free = freeIn(folder);
  if (free === undefined || free >= needed) return;
  throw new PluginError(
    'journal_full',
    `There is no room in ${folder} for a copy of the journal ${path}: it takes up to ${needed} bytes, and ${free} are free. ${advice}`,
  );
}

/** Throws `bad_input` where no copy may be written: nothing that is there is ever replaced. */
export function refuseTarget(target: string, journal: string): void {
  const folder = dirname(target);
  if (statSync(folder, { throwIfNoEntry: false })?.isDirectory() !== true)
    throw new PluginError('bad_input', `${folder} is not a folder: name a file in a folder that exists.`);
  const real = join(realpathSync(folder), basename(target));
  if (
    real.startsWith(journal) &&
    ['', '-wal', '-shm', '-lock', '-state'].includes(real.slice(journal.length))
  )
    throw new PluginError('bad_input', `${target} belongs to the journal itself: name another file.`);
  if (lstatSync(target, { throwIfNoEntry: false }) !== undefined)
    throw new PluginError(
      'bad_input',
      `${target} exists, and nothing is written over it: name another file.`,
    );
}

/**
 * The empty file beside `target` in which a copy is made, readable by its owner alone. One that an earlier copy left there when
 * it was stopped is made anew.
 */
export function partialFile(target: string): string {
  const partial = `${target}.partial`;
  dropCopy(partial);
  closeSync(openSync(partial, 'wx', OWNER_ONLY));
  return partial;
}

/** Gives a copy that is whole its name, when it is on the disk. */
export function nameCopy(partial: string, target: string): void {
  syncFile(partial);
  renameSync(partial, target);
  syncFile(dirname(target));
}

/** Removes a file and what SQLite may have made beside it. */
export function dropCopy(path: string): void {
  for (const suffix of ['', '-wal', '-shm', '-journal']) rmSync(path + suffix, { force: true });
}

function syncFile(path: string): void {
  const file = openSync(path, 'r');
  try {
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}
