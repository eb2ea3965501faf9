import type { JournalDatabase } from '../journal.js';
import type { EngineOptions } from './engine.js';
import { sqliteJournal } from './sqlite-journal.js';
import { startWorkerClient } from './worker-client.js';

/** How large a journal may grow unless told otherwise: room for about a million waiting events. */
export const DEFAULT_MAX_BYTES = 4 * 1024 ** 3;

/**
 * Opens the journal in a SQLite file, in a thread of its own, so that waiting for the disk holds nothing else up.
 * Rejects with `journal_locked`, `journal_newer`, `journal_damaged` or `journal_unavailable`.
 */
export async function openSqliteJournal(options: EngineOptions): Promise<JournalDatabase> {
  return sqliteJournal(await startWorkerClient(options));
}
