import { readdirSync, rmSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import type { Database } from './driver.js';
import { dropCopy, freeBytes, nameCopy, partialFile, refuseWithoutRoom } from './copy-file.js';

const ADVICE =
  'It is made before a new version changes the journal: make room, or set JOURNAL_BACKUPS to 0 to do without.';

export interface MigrationBackup {
  /** Where the journal is. */
  readonly path: string;
  /** How many migrations it has had. */
  readonly schema: number;
  /** How many such copies stay, the new one included. */
  readonly kept: number;
}

/**
 * Copies the journal before its schema changes, to a file beside it with the number of the schema and the time in its name, and
 * removes the oldest of these copies. Nobody else has the file open. Throws `journal_full` where there is no room.
 */
export function backUpBeforeMigration(
  database: Database,
  { path, schema, kept }: MigrationBackup,
  freeIn = freeBytes,
): void {
  refuseWithoutRoom(path, dirname(path), ADVICE, freeIn);
  const time = new Date().toISOString().replaceAll(/[:.]/g, '-');
  const target = `${path}.schema-${schema}.${time}.backup`;
  const partial = partialFile(target);
  try {
    database.prepare('VACUUM INTO ?').run(partial);
    nameCopy(partial, target);
  } catch (error) {
    dropCopy(partial);
    throw error;
  }
  for (const old of backupsOf(path).slice(0, -kept)) rmSync(old, { force: true });
}

/** The copies that were made before changes of the schema, oldest first. */
function backupsOf(path: string): string[] {
  const [start, folder] = [`${basename(path)}.schema-`, dirname(path)];
  return readdirSync(folder)
    .filter((name) => name.startsWith(start) && /^\d+\.[\dTZ-]+\.backup$/.test(name.slice(start.length)))
    .sort((left, right) => timeOf(left).localeCompare(timeOf(right)))
    .map((name) => join(folder, name));
}

function timeOf(name: string): string {
  return name.split('.').at(-2) ?? '';
}
