import { PluginError } from '../../core/errors.js';
import { CREATE_FUNCTIONS, FUNCTIONS_ARE_THERE } from './functions.js';
import type { Query } from './session.js';
import { SCHEMA_MIGRATIONS } from './migrations.js';

// Any number that other programs on this server are unlikely to use: two replicas that start together take turns.
const LOCK = 0x61_6b_73_6a;

/**
 * Brings the schema up to date, and adds the functions of this release beside those of others. Refuses a database that newer
 * code has written, and a schema of another program.
 */
export async function migrateSchema(query: Query): Promise<void> {
  const applied = await readVersion(query);
  if (applied > SCHEMA_MIGRATIONS.length)
    throw new PluginError(
      'journal_newer',
      `The journal in PostgreSQL was written by a newer version (schema ${applied}, this one knows ${SCHEMA_MIGRATIONS.length}): ` +
        'run that version, or give this one a database of its own.',
    );
  if (applied < SCHEMA_MIGRATIONS.length) await query(applying(SCHEMA_MIGRATIONS));
  const [functions] = await query<{ complete: boolean }>(FUNCTIONS_ARE_THERE);
  if (functions?.complete !== true)
    await query(`DO $once$ BEGIN PERFORM pg_advisory_xact_lock(${LOCK}); ${CREATE_FUNCTIONS} END $once$`);
}

/** How many migrations the database has had. */
async function readVersion(query: Query): Promise<number> {
  const [found] = await query<{ schema: boolean; tables: number; installation: boolean }>(
    `SELECT to_regnamespace('ak_slack') IS NOT NULL AS schema, to_regclass('ak_slack.installation') IS NOT NULL AS installation,
      (SELECT count(*) FROM pg_class c WHERE c.relnamespace = to_regnamespace('ak_slack')) AS tables`,
  );
  if (found?.installation !== true) {
    if ((found?.tables ?? 0) === 0) return 0;
    throw new PluginError(
      'journal_damaged',
      'The schema ak_slack in PostgreSQL is not a journal of this program: give it a database of its own.',
    );
  }
  const [row] = await query<{ value: string }>(
    `SELECT value FROM ak_slack.installation WHERE name = 'schema'`,
  );
  return Number(row?.value ?? 0);
}

/** One transaction for all: applied by the first of those that come at once. */
function applying(migrations: readonly string[]): string {
  const steps = migrations.map((sql, at) => `IF version < ${at + 1} THEN ${sql} END IF;`);
  return `DO $once$
    DECLARE version int;
    BEGIN
      PERFORM pg_advisory_xact_lock(${LOCK});
      CREATE SCHEMA IF NOT EXISTS ak_slack;
      CREATE TABLE IF NOT EXISTS ak_slack.installation (name text PRIMARY KEY, value text NOT NULL);
      SELECT value::int INTO version FROM ak_slack.installation WHERE name = 'schema';
      version := coalesce(version, 0);
      ${steps.join('\n')}
      INSERT INTO ak_slack.installation AS i (name, value) VALUES ('schema', '${migrations.length}')
        ON CONFLICT (name) DO UPDATE SET value = greatest(i.value::int, excluded.value::int)::text;
    END $once$`;
}
