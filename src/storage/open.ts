import { hostname } from 'node:os';
import type { Clock } from '../core/clock.js';
import type { JournalDatabase } from './journal.js';
import { openPostgresJournal } from './postgres/postgres-journal.js';
import { DEFAULT_MAX_BYTES, openJournalFile } from './sqlite/sqlite-journal.js';

/** Whether a place of the journal is a database that several processes may share. */
export function isShared(place: string): boolean {
  return /^postgres(ql)?:\/\//.test(place);
}

export interface JournalOptions {
  /** The path of a SQLite file, or `postgres://user@host/database`. */
  readonly place: string;
  /** PostgreSQL's, if it wants one and no password file names it. */
  readonly password: string | undefined;
  readonly version: string;
  readonly clock: Clock;
}

/** Opens the journal where it is. Rejects with the errors of its engine. */
export function openJournal({ place, password, version, clock }: JournalOptions): Promise<JournalDatabase> {
  if (!isShared(place)) return openJournalFile(place);
  const replica = { name: hostname(), version };
  return openPostgresJournal({ url: place, password, maxBytes: DEFAULT_MAX_BYTES, clock, ...replica });
}
