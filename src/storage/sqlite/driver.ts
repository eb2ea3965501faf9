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
  readonly DatabaseSync: new (path: string) => Database;
}

// SQLite before 3.51.3 may damage a WAL file that two connections use ("WAL-reset", sqlite.org, 3.51.3 release notes).
const OLDEST_SOUND = [3, 51, 3] as const;

/** The runtime's own SQLite where it has a sound one, else the packaged build. */
export async function loadSqlite(): Promise<OpenFile> {
  const builtIn = await importBuiltIn();
  const chosen: SqliteModule =
    builtIn !== undefined && isSound(builtIn) ? builtIn : await import('@photostructure/sqlite');
  return (path) => new chosen.DatabaseSync(path);
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
