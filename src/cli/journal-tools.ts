import type { Config } from '../config.js';
import { placeOfJournal } from '../start-config.js';
import { backUp, restore } from '../storage/copies.js';
import { isShared, migrateJournal, shownPlace } from '../storage/open.js';
import type { Flags, JournalTools, MigratedJournal } from './ports.js';

/** What commands do with the journal itself. */
export function journalTools(configOf: (flags: Flags) => Config): JournalTools {
  return {
    migrate: (flags) => migrate(configOf(flags)),
    backUp: (flags, target) => backUp(placeOfJournal(configOf(flags)), target),
    restore: (flags, source) => restore(placeOfJournal(configOf(flags)), source),
  };
}

async function migrate(config: Config): Promise<MigratedJournal> {
  const url = placeOfJournal(config);
  const place = shownPlace(url);
  if (!isShared(url)) return { place, migrated: undefined };
  return { place, migrated: await migrateJournal({ url, password: config.journalPassword }) };
}
