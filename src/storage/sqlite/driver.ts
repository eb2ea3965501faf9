/** What this folder uses of a SQLite library; `node:sqlite` and `@photostructure/sqlite` both have it. */
export interface Statement {
  run(...values: readonly SqlValue[]): { changes: number | bigint; lastInsertRowid: number | bigint };
  get(...values: readonly SqlValue[]): unknown;
  all(...values: readonly SqlValue[]): unknown[];
}

export type SqlValue = string | number | null;

export interface Database {
  exec(sql: string): void;
  prepare(sql: string): Statement;
  close(): void;
}

export type OpenFile = (path: string) => Database;

interface SqliteModule {
  readonly DatabaseSync: new (path: string, options?: { readonly readOnly: boolean }) => Database;
  /** SQLite's own online backup: of what was committed when it began, while others write. */
  backup(source: Database, target: string, options: { readonly rate: number }): Promise<unknown>;
}

/** Copies a database that other processes may be writing, as it is at one moment. */
export type CopyFile = (source: string, target: string) => Promise<void>;

// SQLite before 3.51.3 may damage a WAL file that two connections use ("WAL-reset", sqlite.org, 3.51.3 release notes).
const OLDEST_SOUND = [3, 51, 3] as const;

// In one step: between steps a writer would have the copy begin anew, again and again. A reader holds no writer up.
const ALL_PAGES = -1;

/** Opens files for reading and writing, and makes those that are missing. */
export async function loadSqlite(): Promise<OpenFile> {
  const { DatabaseSync } = await chooseModule();
  return (path) => new DatabaseSync(path);
}

/** SQLite's online backup. The source is opened for reading alone, so that nothing of it is moved or removed. */
export async function loadBackup(): Promise<CopyFile> {
  const sqlite = await chooseModule();
  return async (source, target) => {
    const database = new sqlite.DatabaseSync(source, { readOnly: true });
    try {
      await sqlite.backup(database, target, { rate: ALL_PAGES });
    } finally {
      database.close();
    }
  };
}

/** The runtime's own SQLite where it has a sound one, else the packaged build. */
async function chooseModule(): Promise<SqliteModule> {
  const builtIn = await importBuiltIn();
  if (builtIn !== undefined && isSound(builtIn)) return builtIn;
  return import('@photostructure/sqlite');
}

async function importBuiltIn(): Promise<SqliteModule | undefined> {
  // Not a literal, because the types of Node 20, which has no such module, would refuse it.
  const name: string = 'node:sqlite';
  try {
    return (await import(name)) as SqliteModule;
  } catch {
    return undefined;
  }
}

function isSound(sqlite: SqliteModule): boolean {
  const database = new sqlite.DatabaseSync(':memory:');
  try {
    const { version } = database.prepare('SELECT sqlite_version() AS version').get() as { version: string };
    const parts = version.split('.').map(Number);
    const differing = OLDEST_SOUND.findIndex((part, index) => (parts[index] ?? 0) !== part);
    return differing === -1 || (parts[differing] ?? 0) > (OLDEST_SOUND[differing] ?? 0);
  } finally {
    database.close();
  }
}
