import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { errorMessage, PluginError } from '../core/errors.js';
import type { JournalDatabase } from '../storage/journal.js';
import { DEFAULT_MAX_BYTES, openSqliteJournal } from '../storage/sqlite/open-sqlite-journal.js';

/** Opens the journal, making its folder, readable by its owner alone: events hold what people wrote. */
export async function openJournal(path: string): Promise<JournalDatabase> {
  try {
    await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  } catch (cause) {
    const message = `the journal's folder ${dirname(path)} cannot be made: ${errorMessage(cause)}: set JOURNAL_URL to a path that this user may write`;
    throw new PluginError('journal_unavailable', message, { cause });
  }
  return openSqliteJournal({ path, maxBytes: DEFAULT_MAX_BYTES });
}
