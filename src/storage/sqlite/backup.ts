import { existsSync, realpathSync, renameSync, rmSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { errorMessage, PluginError } from '../../core/errors.js';
import { loadBackup, loadSqlite, type Database, type OpenFile } from './driver.js';
import { damageOf, readNumber, refuseForeignFile, refuseNewer } from './file-checks.js';
import { dropCopy, freeBytes, nameCopy, partialFile, refuseTarget, refuseWithoutRoom } from './copy-file.js';
import { journalError } from './sqlite-error.js';
import { lockFile } from './open-database.js';

/** A copy of a journal. */
export interface CopiedJournal {
  readonly path: string;
  readonly bytes: number;
  /** How many migrations it has had. */
  readonly schema: number;
}

/** What was done to put a copy in the journal's place. */
export interface RestoredJournal extends CopiedJournal {
  /** How many events wait in it. */
  readonly waiting: number;
  /** Where the journal is that was there before; absent if there was none. */
  readonly replaced: string | undefined;
}

/**
 * Copies the journal at `path` to `target`, as it is at one moment, also while the program runs: it goes on writing. The copy is
 * one file for the owner alone, and gets its name when it is whole. Rejects with `not_found`, `bad_input`, `journal_full`,
 * `journal_damaged` or `journal_unavailable`, and leaves nothing behind then.
 */
export async function backUpJournal(
  path: string,
  target: string,
  freeIn: (folder: string) => number | undefined = freeBytes,
): Promise<CopiedJournal> {
  if (!existsSync(path))
    throw new PluginError('not_found', `There is no journal at ${path}: set JOURNAL_URL to where it is.`);
  const journal = realpathSync(path);
  refuseTarget(target, journal);
  refuseWithoutRoom(journal, dirname(target), 'Make room, or name a file elsewhere.', freeIn);
  const release = holdCopy(await loadSqlite(), target);
  try {
    const schema = await copyTo(journal, target);
    return { path: target, bytes: statSync(target).size, schema };
  } finally {
    release();
  }
}

/** Keeps other backups to the same file away, which would take this one's half for one that was left by a backup that was stopped. */
function holdCopy(open: OpenFile, target: string): () => void {
  const path = `${target}.partial`;
  let lock: Database;
  try {
    lock = lockFile(open, path);
  } catch (cause) {
    const told = journalError(cause, target);
    if (told.code !== 'journal_locked') throw copyError(cause, target, target);
    const message = `Another backup writes ${target}: wait until it has ended, or name another file.`;
    throw new PluginError('bad_input', message, { cause });
  }
  return () => {
    lock.close();
    rmSync(`${path}-lock`, { force: true });
  };
}

async function copyTo(
  source: string,
  target: string,
  change?: (database: Database, schema: number) => void,
): Promise<number> {
  const [copy, open] = [await loadBackup(), await loadSqlite()];
  const partial = partialFile(target);
  try {
    await copy(source, partial);
    const schema = checkCopy(open, { partial, source }, change);
    nameCopy(partial, target);
    return schema;
  } catch (error) {
    dropCopy(partial);
    throw copyError(error, source, target);
  }
}

/** The sentence of a disk that is full speaks of the journal's own disk, which need not be that of the copy. */
function copyError(error: unknown, source: string, target: string): PluginError {
  const told = journalError(error, source);
  if (told.code !== 'journal_full') return told;
  const message = `There is no room in ${dirname(target)} for a copy of the journal: make room, or name a file elsewhere. (${errorMessage(error)})`;
  return new PluginError('journal_full', message, { cause: error });
}

/** Makes the copy one file that needs no other beside it, and checks that it is a sound journal. Answers its schema. */
function checkCopy(
  open: OpenFile,
  { partial, source }: { readonly partial: string; readonly source: string },
  change?: (database: Database, schema: number) => void,
): number {
  const database = open(partial);
  try {
    refuseForeignFile(database, source);
    database.exec('PRAGMA synchronous = FULL; PRAGMA journal_mode = DELETE');
    const damage = damageOf(database);
    if (damage !== undefined)
      throw new PluginError(
        'journal_damaged',
        `The journal ${source} is damaged (${damage}), so it was not copied.`,
      );
    const schema = readNumber(database, 'user_version');
    change?.(database, schema);
    return schema;
  } finally {
    database.close();
  }
}

// The migrations that brought what a restore speaks of.
const HAS_IN_FLIGHT = 4;
const HAS_UNANSWERED = 6;

/**
 * Puts the copy at `source` in the place of the journal at `path`. A journal that is there is moved aside with all its files,
 * never removed. What waits in the copy may have been delivered since, so it is looked up at the server before it is sent.
 * Rejects with `not_found`, `journal_locked`, `journal_newer`, `journal_full`, `journal_damaged` or `journal_unavailable`.
 */
export async function restoreJournal(
  path: string,
  source: string,
  freeIn: (folder: string) => number | undefined = freeBytes,
): Promise<RestoredJournal> {
  if (statSync(source, { throwIfNoEntry: false })?.isFile() !== true)
    throw new PluginError(
      'not_found',
      `There is no backup at ${source}: name the file that \`ak-slack journal backup\` made.`,
    );
  const journal = existsSync(path) ? realpathSync(path) : path;
  if (realpathSync(source) === journal)
    throw new PluginError(
      'bad_input',
      `${source} is the journal itself: name the file that \`ak-slack journal backup\` made.`,
    );
  if (!existsSync(dirname(journal)))
    throw new PluginError(
      'journal_unavailable',
      `There is no folder ${dirname(journal)}: create it, or set JOURNAL_URL.`,
    );
  refuseWithoutRoom(source, dirname(journal), 'Make room, and try again.', freeIn);
  const open = await loadSqlite();
  const lock = lockJournal(open, journal);
  try {
    const restored = `${journal}.restored`;
    let waiting = 0;
    const schema = await copyTo(source, restored, (database, applied) => {
      refuseNewer(applied, source);
      waiting = waitingIn(database, applied);
      if (applied >= HAS_UNANSWERED)
        database
          .prepare('UPDATE events SET unanswered_at = ? WHERE settled_at IS NULL AND unanswered_at IS NULL')
          .run(Date.now());
    });
    const replaced = moveAside(journal);
    nameCopy(restored, journal);
    return { path: journal, bytes: statSync(journal).size, schema, waiting, replaced };
  } finally {
    lock.close();
  }
}

function lockJournal(open: OpenFile, journal: string): Database {
  try {
    return lockFile(open, journal);
  } catch (error) {
    throw journalError(error, journal);
  }
}

/** How many events are not settled. What was being sent is looked up at the next start in any case. */
function waitingIn(database: Database, schema: number): number {
  const count = (from: string): number =>
    (database.prepare(`SELECT count(*) AS rows FROM ${from}`).get() as { rows: number }).rows;
  return count('events WHERE settled_at IS NULL') + (schema >= HAS_IN_FLIGHT ? count('in_flight') : 0);
}

/** Gives the journal that is there another name, with all files that belong to it. */
function moveAside(journal: string): string | undefined {
  const aside = `${journal}.replaced-${new Date().toISOString().replaceAll(/[:.]/g, '-')}`;
  // What SQLite would read together with another file goes first, and last what says that it is missing.
  const suffixes = ['-wal', '', '-shm', '-state'].filter((suffix) => existsSync(journal + suffix));
  for (const suffix of suffixes) renameSync(journal + suffix, aside + suffix);
  return suffixes.length === 0 ? undefined : aside;
}
