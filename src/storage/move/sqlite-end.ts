import { existsSync, rmSync } from 'node:fs';
import { PluginError } from '../../core/errors.js';
import { loadSqlite, type Database } from '../sqlite/driver.js';
import { APPLICATION_ID, MOVED_APPLICATION_ID } from '../sqlite/file-checks.js';
import { adoptInFlight } from '../sqlite/in-flight.js';
import { openDatabase } from '../sqlite/open-database.js';
import { journalError } from '../sqlite/sqlite-error.js';
import { TOKEN_KEY } from '../tokens.js';
import type { JournalEnd } from './journal-end.js';
import { MARK, parseMark, PROGRESS } from './mark.js';
import type { MovePosition } from './records.js';
import { prepareRead } from './sqlite-read.js';
import { prepareWrite } from './sqlite-write.js';

export interface SqliteEndOptions {
  readonly path: string;
  /** Whether a journal that is missing is made. */
  readonly isMade: boolean;
  readonly backups: number;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

/** A journal in a SQLite file, which no program can open meanwhile. Rejects as openDatabase() throws. */
export async function openSqliteEnd({ path, isMade, backups, now }: SqliteEndOptions): Promise<JournalEnd> {
  if (!isMade && !existsSync(path))
    throw new PluginError(
      'not_found',
      `There is no journal at ${path}: name the journal to move with --from.`,
    );
  const file = openDatabase(await loadSqlite(), path, { backups, isMoving: true });
  const { database } = file;
  adoptInFlight(database);
  const find = database.prepare('SELECT value FROM installation WHERE name = ?');
  const put = database.prepare('INSERT OR REPLACE INTO installation (name, value) VALUES (?, ?)');
  const drop = database.prepare('DELETE FROM installation WHERE name = ?');
  const valueOf = (name: string): string | undefined =>
    (find.get(name) as { value: string } | undefined)?.value;
  const note = (progress: MovePosition): unknown => put.run(PROGRESS, JSON.stringify(progress));
  const writePage = prepareWrite(database);
  let isRemoved = false;

  const work = <Result>(step: () => Result): Promise<Result> =>
    Promise.resolve().then(() => {
      try {
        return step();
      } catch (error) {
        throw journalError(error, path);
      }
    });
  const transact = (step: () => unknown): Promise<void> =>
    work(() => {
      database.exec('BEGIN IMMEDIATE');
      try {
        step();
        database.exec('COMMIT');
      } catch (error) {
        rollBack(database);
        throw error;
      }
    });
  return {
    place: file.path,
    warning: file.warning,
    mark: () =>
      work(() => {
        const text = valueOf(MARK);
        return text === undefined ? undefined : parseMark(text);
      }),
    setMark: (mark) =>
      transact(() => {
        put.run(MARK, JSON.stringify(mark));
        database.exec(`PRAGMA application_id = ${MOVED_APPLICATION_ID}`);
      }),
    clearMark: () =>
      transact(() => {
        for (const name of [MARK, PROGRESS]) drop.run(name);
        database.exec(`PRAGMA application_id = ${APPLICATION_ID}`);
      }),
    counts: () =>
      work(() => {
        const count = (from: string): number =>
          (database.prepare(`SELECT count(*) AS rows FROM ${from}`).get() as { rows: number }).rows;
        return {
          tokens: count('tokens'),
          waiting: count('events WHERE settled_at IS NULL'),
          dead: count(`events WHERE state = 'dead'`),
          paths: count('paths'),
          keys: count('events'),
        };
      }),
    largestId: () =>
      work(() => {
        const sql =
          'SELECT max(coalesce((SELECT max(id) FROM events), 0), coalesce((SELECT max(id) FROM paths), 0)) AS id';
        return (database.prepare(sql).get() as { id: number }).id;
      }),
    tokenKey: () => work(() => valueOf(TOKEN_KEY)),
    read: (part, after) => work(() => prepareRead(database, now)[part](after)),
    progress: () =>
      work(() => {
        const text = valueOf(PROGRESS);
        return text === undefined ? undefined : (JSON.parse(text) as MovePosition);
      }),
    begin: (_, tokenKey, { after }) =>
      transact(() => {
        database.exec('DELETE FROM tokens');
        drop.run(TOKEN_KEY);
        if (tokenKey !== undefined) put.run(TOKEN_KEY, tokenKey);
        note(after);
      }),
    // The file is this process's own until it is closed: no other one can have gone on with the move.
    write: (page, { after }) =>
      transact(() => {
        writePage(page);
        note(after);
      }),
    empty: () => {
      isRemoved = true;
      return Promise.resolve();
    },
    close: () =>
      work(() => {
        const real = file.path;
        if (isRemoved)
          for (const suffix of ['', '-wal', '-shm', '-state']) rmSync(real + suffix, { force: true });
        file.close();
        if (isRemoved)
          for (const suffix of ['-wal', '-shm', '-state', '-lock']) rmSync(real + suffix, { force: true });
      }),
  };
}

function rollBack(database: Database): void {
  try {
    database.exec('ROLLBACK');
  } catch {
    // SQLite has rolled back by itself, as it does when the disk is full.
  }
}
