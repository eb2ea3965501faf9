import { PluginError } from '../../core/errors.js';
import type { Database } from './driver.js';
import { MIGRATIONS } from './migrations.js';

/** "aksj": tells our files from other SQLite files. */
export const APPLICATION_ID = 0x61_6b_73_6a;

/** "aksm": of a journal that was moved, or is being moved, so that versions refuse it which do not read the mark. */
export const MOVED_APPLICATION_ID = 0x61_6b_73_6d;

/** A number that SQLite keeps of the file. */
export function readNumber(database: Database, pragma: string): number {
  const row = database.prepare(`PRAGMA ${pragma}`).get() as Record<string, number>;
  return row[pragma] ?? 0;
}

/** Throws `journal_damaged` for a database of another program. */
export function refuseForeignFile(database: Database, path: string): void {
  const id = readNumber(database, 'application_id');
  if (id !== APPLICATION_ID && id !== MOVED_APPLICATION_ID)
    throw new PluginError(
      'journal_damaged',
      `The file ${path} is not a journal of this program: name another file, or move this one away.`,
    );
}

/** Throws `journal_newer` for a schema that this version does not know. */
export function refuseNewer(schema: number, path: string): void {
  if (schema > MIGRATIONS.length)
    throw new PluginError(
      'journal_newer',
      `The journal ${path} was written by a newer version (schema ${schema}, this one knows ${MIGRATIONS.length}): ` +
        'run that version, or give this one a file of its own.',
    );
}

/** The first damage that SQLite finds; nothing if the file is sound. */
export function damageOf(database: Database): string | undefined {
  const { quick_check: found } = database.prepare('PRAGMA quick_check(1)').get() as { quick_check: string };
  return found === 'ok' ? undefined : found;
}
