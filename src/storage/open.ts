import type { Clock } from '../core/clock.js';
import type { JournalDatabase, Migrated } from './journal.js';
import type { Replica } from './postgres/membership.js';
import { openPostgresJournal, prepareDatabase, type DatabaseAddress } from './postgres/postgres-journal.js';
import { timeAnswer } from './postgres/time-answer.js';
import { openJournalFile } from './sqlite/sqlite-journal.js';

/** Whether a place of the journal is a database that several processes may share. */
export function isShared(place: string): boolean {
  return /^postgres(ql)?:\/\//.test(place);
}

/** A place of the journal as it may be shown: without the name of a database user. */
export function shownPlace(place: string): string {
  return place.replace(/^(postgres(?:ql)?:\/\/)[^@/]*@/, '$1');
}

export interface JournalOptions {
  /** The path of a SQLite file, or `postgres://user@host/database`. */
  readonly place: string;
  /** PostgreSQL's, if it wants one and no password file names it. */
  readonly password: string | (() => string) | undefined;
  /** Rows are refused when the journal holds so much. */
  readonly maxBytes: number;
  /** How many copies of a SQLite file from before changes of its schema are kept: none is made where it is 0. */
  readonly backups: number;
  /** This process among those that share a database. */
  readonly replica: Replica;
  readonly clock: Clock;
}

/**
 * Brings the schema of a journal in PostgreSQL up to date, and adds the functions of this release; answers what was done. A SQLite
 * file is brought up to date by each start. Rejects as openJournal() does.
 */
export function migrateJournal({ url, password }: DatabaseAddress): Promise<Migrated> {
  return prepareDatabase({ url, password });
}

/** Whether a journal can be in this database, without changing anything in it. Rejects as openJournal() does. */
export async function tryDatabase({
  url,
  password,
}: DatabaseAddress): Promise<{ readonly answeredMs: number }> {
  return { answeredMs: await timeAnswer({ url, password }) };
}

/** Opens the journal where it is. Rejects with the errors of its engine. */
export function openJournal(options: JournalOptions): Promise<JournalDatabase> {
  const { place, password, maxBytes, backups, replica, clock } = options;
  if (!isShared(place)) return openJournalFile({ path: place, maxBytes, backups });
  return openPostgresJournal({ url: place, password, maxBytes, clock, ...replica });
}
