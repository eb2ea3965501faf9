import { PluginError } from '../../src/core/errors.js';
import type { JournalDatabase } from '../../src/storage/journal.js';
import { loadSqlite, type Database, type OpenFile } from '../../src/storage/sqlite/driver.js';
import { openEngine, type Reply, type Request } from '../../src/storage/sqlite/engine.js';
import { sqliteJournal, type JournalClient } from '../../src/storage/sqlite/sqlite-journal.js';

/** The SQLite journal without its thread: starts in milliseconds, and is the same in all else. `opened` gets each file. */
export async function openInThread(
  path: string,
  maxBytes = 1024 ** 3,
  opened: (database: Database) => void = () => undefined,
): Promise<JournalDatabase> {
  const load = await loadSqlite();
  const open: OpenFile = (file) => {
    const database = load(file);
    opened(database);
    return database;
  };
  const engine = openEngine(open, { path, maxBytes });
  let closed: Promise<void> | undefined;
  let asked: { readonly request: Request; readonly answer: (reply: Reply) => void }[] = [];
  // What is asked in one go shares a transaction, as in the thread.
  const run = (): void => {
    const all = asked;
    asked = [];
    for (const [at, reply] of engine.run(all.map(({ request }) => request)).entries()) all[at]!.answer(reply);
  };
  const ask = async (verb: string, ...args: unknown[]): Promise<unknown> => {
    if (closed !== undefined) throw new PluginError('stopped', 'the journal is closed');
    const request = { verb: verb as Request['verb'], args: structuredClone(args) };
    if (asked.length === 0) queueMicrotask(run);
    const reply = await new Promise<Reply>((answer) => asked.push({ request, answer }));
    if ('code' in reply) throw new PluginError(reply.code, reply.message);
    return structuredClone(reply.result);
  };
  const close = (): Promise<void> => (closed ??= Promise.resolve().then(() => engine.close()));
  return sqliteJournal({ warning: engine.warning, ask: ask as JournalClient['ask'], close });
}
