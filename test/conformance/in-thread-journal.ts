import { PluginError } from '../../src/core/errors.js';
import type { Journal } from '../../src/storage/journal.js';
import { loadSqlite, type Database, type OpenFile } from '../../src/storage/sqlite/driver.js';
import { openEngine } from '../../src/storage/sqlite/engine.js';
import { sqliteJournal, type JournalClient } from '../../src/storage/sqlite/sqlite-journal.js';

/** The SQLite journal without its thread: starts in milliseconds, and is the same in all else. `opened` gets each file. */
export async function openInThread(
  path: string,
  maxBytes = 1024 ** 3,
  opened: (database: Database) => void = () => undefined,
): Promise<Journal> {
  const load = await loadSqlite();
  const open: OpenFile = (file) => {
    const database = load(file);
    opened(database);
    return database;
  };
  const engine = openEngine(open, { path, maxBytes });
  let closed: Promise<void> | undefined;
  const ask = async (verb: string, ...args: unknown[]): Promise<unknown> => {
    if (closed !== undefined) throw new PluginError('stopped', 'the journal is closed');
    const copied = structuredClone(args);
    const reply = engine.run([{ id: 1, verb: verb as 'append', args: copied }])[0]!;
    await Promise.resolve();
    if ('code' in reply) throw new PluginError(reply.code, reply.message);
    return structuredClone(reply.result);
  };
  const close = (): Promise<void> => (closed ??= Promise.resolve().then(() => engine.close()));
  return sqliteJournal({ ask: ask as JournalClient['ask'], close });
}
