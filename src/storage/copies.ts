import { PluginError } from '../core/errors.js';
import { isShared } from './open.js';
import { backUpJournal, restoreJournal, type CopiedJournal, type RestoredJournal } from './sqlite/backup.js';

export type { CopiedJournal, RestoredJournal } from './sqlite/backup.js';

/** Copies a journal in a SQLite file, also while the program runs. Rejects with `bad_input` for one in PostgreSQL. */
export async function backUp(place: string, target: string): Promise<CopiedJournal> {
  refuseShared(place, '`pg_dump --schema=ak_slack`, or continuous archiving');
  return backUpJournal(place, target);
}

/** Puts a copy in the place of the journal, while no program uses it. Rejects with `bad_input` for one in PostgreSQL. */
export async function restore(place: string, source: string): Promise<RestoredJournal> {
  refuseShared(place, '`pg_restore`');
  return restoreJournal(place, source);
}

function refuseShared(place: string, tool: string): void {
  if (isShared(place))
    throw new PluginError(
      'bad_input',
      `The journal is in PostgreSQL, which has tools of its own for this: use ${tool} (docs/operate.md).`,
    );
}
