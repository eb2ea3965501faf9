import type { Query } from '../../src/storage/postgres/session.js';

/** Removes all that a journal in PostgreSQL holds; quicker than a new database. */
export async function emptyJournal(query: Query): Promise<void> {
  const tables = await query<{ name: string }>(
    `SELECT oid::regclass::text AS name FROM pg_class WHERE relnamespace = to_regnamespace('ak_slack') AND relkind = 'r'
      AND relname <> 'installation'`,
  );
  if (tables.length === 0) return;
  await query(`TRUNCATE ${tables.map(({ name }) => name).join(', ')};
    DELETE FROM ak_slack.installation WHERE name <> 'schema'`);
}
