import type { Config } from '../config.js';
import { systemClock } from '../core/clock.js';
import { PluginError } from '../core/errors.js';
import { journalUrl } from '../setting-parsers.js';
import { placeOfJournal } from '../start-config.js';
import { backUp, restore } from '../storage/copies.js';
import { moveJournal } from '../storage/move/move-journal.js';
import { isShared, migrateJournal, shownPlace } from '../storage/open.js';
import type { Flags, JournalTools, MigratedJournal } from './ports.js';

/** What commands do with the journal itself. */
export function journalTools(configOf: (flags: Flags) => Config): JournalTools {
  return {
    migrate: (flags) => migrate(configOf(flags)),
    backUp: (flags, target) => backUp(placeOfJournal(configOf(flags)), target),
    restore: (flags, source) => restore(placeOfJournal(configOf(flags)), source),
    move: (flags, asked, report) => {
      const { journalPassword: password, journalBackups: backups } = configOf(flags);
      return moveJournal({
        ...{ password, backups, report, clock: systemClock },
        from: placeOf('--from', asked.from),
        to: placeOf('--to', asked.to),
        isCancelled: asked.cancel ?? false,
        isSourceDeleted: asked.deleteSource ?? false,
      });
    },
  };
}

function placeOf(flag: string, text: string): string {
  const parsed = journalUrl.safeParse(text);
  if (parsed.success) return parsed.data;
  throw new PluginError(
    'bad_input',
    `${flag} ${parsed.error.issues.map(({ message }) => message).join('; ')}`,
  );
}

async function migrate(config: Config): Promise<MigratedJournal> {
  const url = placeOfJournal(config);
  const place = shownPlace(url);
  if (!isShared(url)) return { place, migrated: undefined };
  return { place, migrated: await migrateJournal({ url, password: config.journalPassword }) };
}
