import {
  chmodSync,
  closeSync,
  constants,
  existsSync,
  fchmodSync,
  mkdirSync,
  openSync,
  realpathSync,
  statSync,
} from 'node:fs';
import { dirname } from 'node:path';
import { PluginError } from '../../core/errors.js';
import { MARK, movedError, parseMark } from '../move/mark.js';
import { APPLICATION_ID, damageOf, readNumber, refuseForeignFile, refuseNewer } from './file-checks.js';
import type { Database, OpenFile } from './driver.js';
import { backUpBeforeMigration } from './migration-backup.js';
import { MIGRATIONS } from './migrations.js';
import { journalError } from './sqlite-error.js';
import { StateFile } from './state-file.js';

// Rows hold response URLs and messages: for the owner alone. SQLite gives -wal and -shm the mode of the file.
const OWNER_ONLY = 0o600;

// A commit writes whole pages, and most commits are small; larger ones saved no time where they are large.
const PAGE_BYTES = 4096;

// How many copies from before changes of the schema are kept, unless the settings say otherwise.
const BACKUPS_KEPT = 2;

// Larger files are not read through at start, because dispatching must begin at once; damage shows when it is met.
const CHECKED_BYTES = 16 * 1024 * 1024;

// The checkpointing thread has moved nearly all of it by then; what is left is done when a commit finds it so long.
const WAL_PAGES = (64 * 1024 * 1024) / PAGE_BYTES;

/** An open journal file: ours alone until `close`. */
export interface OpenJournalFile {
  readonly database: Database;
  /** Where the file is, behind symbolic links: what lies beside it lies there. */
  readonly path: string;
  /** What was lost since the last run, in a sentence. */
  readonly warning: string | undefined;
  close(): void;
}

export interface OpenDatabaseOptions {
  readonly backups?: number | undefined;
  /** Whether it is opened to be moved; else one that was moved is refused. */
  readonly isMoving?: boolean;
}

/**
 * Opens the journal at `path`, makes it if there is none, and proves that what is committed survives a power cut. Before a new
 * version changes its schema it is copied; `backups` copies are kept, and none is made where that is 0.
 * Throws `journal_locked`, `journal_newer`, `journal_damaged`, `journal_full`, `journal_moved` or `journal_unavailable`.
 */
export function openDatabase(
  open: OpenFile,
  givenPath: string,
  { backups = BACKUPS_KEPT, isMoving = false }: OpenDatabaseOptions = {},
): OpenJournalFile {
  let lock: Database | undefined;
  let database: Database | undefined;
  try {
    makeFile(givenPath);
    // By any of its names it is one journal.
    const path = realpathSync(givenPath);
    lock = lockFile(open, path);
    const state = new StateFile(path);
    const warning = statSync(path).size === 0 ? undefined : state.whatIsMissing();
    database = open(path);
    setUp(database, path, backups);
    if (!isMoving) refuseMoved(database, path);
    state.opened();
    const opened = { database, lock };
    return {
      database,
      path,
      warning,
      close() {
        if (foldIn(opened.database)) state.closed();
        opened.database.close();
        opened.lock.close();
      },
    };
  } catch (error) {
    database?.close();
    lock?.close();
    throw journalError(error, givenPath);
  }
}

/** Moves everything into the one file, so that a copy of it is a whole journal; answers whether that worked. */
function foldIn(database: Database): boolean {
  try {
    const { busy } = database.prepare('PRAGMA wal_checkpoint(TRUNCATE)').get() as { busy: number };
    return busy === 0;
  } catch {
    // The disk is full: all is in the -wal file, and is read from there at the next start.
    return false;
  }
}

function makeFile(path: string): void {
  if (!existsSync(dirname(path))) mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  for (const suffix of ['', '-lock', '-wal', '-shm', '-state']) refuseOtherThanFile(path + suffix);
  const { O_WRONLY, O_CREAT, O_APPEND, O_NONBLOCK } = constants;
  const file = openSync(path, O_WRONLY | O_CREAT | O_APPEND | O_NONBLOCK, OWNER_ONLY);
  fchmodSync(file, OWNER_ONLY);
  closeSync(file);
}

/** To open a pipe waits for its other end, and a device or a folder cannot hold a journal. */
function refuseOtherThanFile(path: string): void {
  if (statSync(path, { throwIfNoEntry: false })?.isFile() === false)
    throw new PluginError(
      'journal_unavailable',
      `${path} is not a file: set JOURNAL_URL to the path of a file, or move it away.`,
    );
}

function setUp(database: Database, path: string, backups: number): void {
  const isNew = statSync(path).size === 0;
  if (isNew) {
    // Only before the first page is written can these be chosen.
    database.exec(`PRAGMA page_size = ${PAGE_BYTES}; PRAGMA auto_vacuum = INCREMENTAL;
      PRAGMA application_id = ${APPLICATION_ID}`);
  } else {
    refuseForeignFile(database, path);
  }
  database.exec(`PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = ${WAL_PAGES};
    PRAGMA cache_size = -16000; PRAGMA temp_store = MEMORY; PRAGMA foreign_keys = OFF`);
  refuseWeakSettings(database, path);
  migrate(database, path, backups);
  if (!isNew && statSync(path).size <= CHECKED_BYTES) refuseDamage(database, path);
}

/** A program that dispatched what was moved would start it twice. */
function refuseMoved(database: Database, path: string): void {
  const found = database.prepare('SELECT value FROM installation WHERE name = ?').get(MARK);
  if (found !== undefined) throw movedError(path, parseMark((found as { value: string }).value));
}

/** The settings that "durable" rests on are read back: a file system may refuse WAL, a library may be built otherwise. */
function refuseWeakSettings(database: Database, path: string): void {
  const mode = (database.prepare('PRAGMA journal_mode').get() as { journal_mode: string }).journal_mode;
  const synchronous = readNumber(database, 'synchronous');
  if (mode !== 'wal' || synchronous !== 2)
    throw new PluginError(
      'journal_unavailable',
      `The journal ${path} cannot be made durable (journal_mode ${mode}, synchronous ${synchronous}): ` +
        'put it on a local file system.',
    );
}

function refuseDamage(database: Database, path: string): void {
  const damage = damageOf(database);
  if (damage !== undefined)
    throw new PluginError(
      'journal_damaged',
      `The journal ${path} is damaged (${damage}): move it and its -wal file away, and start again.`,
    );
}

/**
 * Holds `<path>-lock` for as long as it is open, so that a second process on the same journal is refused. The system
 * gives the lock back however this process ends. Throws SQLite's BUSY when somebody else holds it.
 */
export function lockFile(open: OpenFile, path: string): Database {
  const lock = open(`${path}-lock`);
  try {
    chmodSync(`${path}-lock`, OWNER_ONLY);
    lock.exec('PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE');
    return lock;
  } catch (error) {
    lock.close();
    throw error;
  }
}

/**
 * Brings the schema up to date, each migration in one transaction, after a copy was made. Refuses a file that newer code has
 * written.
 */
function migrate(database: Database, path: string, backups: number): void {
  const applied = readNumber(database, 'user_version');
  refuseNewer(applied, path);
  if (applied > 0 && applied < MIGRATIONS.length && backups > 0)
    backUpBeforeMigration(database, { path, schema: applied, kept: backups });
  MIGRATIONS.slice(applied).forEach((sql, index) => {
    database.exec(`BEGIN IMMEDIATE; ${sql} PRAGMA user_version = ${applied + index + 1}; COMMIT;`);
  });
}
