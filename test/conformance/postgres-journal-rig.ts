import { systemClock } from '../../src/core/clock.js';
import { openPostgresJournal, type PostgresJournal } from '../../src/storage/postgres/postgres-journal.js';
import { usePostgres } from '../helpers/use-postgres.js';

/** A PostgreSQL for the tests of a file, and the journal on it as the program opens it. */
export function usePostgresJournal() {
  const postgres = usePostgres();
  const sql = <Row>(text: string): Promise<Row[]> => postgres.admin.run((query) => query<Row>(text));
  const open = (url = postgres.server.url): Promise<PostgresJournal> =>
    openPostgresJournal({ url, maxBytes: 1024 ** 3, clock: systemClock, name: 'one', version: 'test' });
  return { postgres, sql, open };
}
