import { PluginError } from '../../core/errors.js';
import type { Migrated } from '../journal.js';
import { MARK, movedError, parseMark } from '../move/mark.js';
import { checkRights } from './check-rights.js';
import { ADD_FUNCTIONS, FUNCTIONS_ARE_THERE } from './functions.js';
import { SCHEMA_MIGRATIONS, UNDERSTOOD_FROM } from './migrations.js';
import { isDenied } from './postgres-error.js';
import type { Query } from './session.js';

// Any number that other programs on this server are unlikely to use: two replicas that start together take turns.
const LOCK = 0x61_6b_73_6a;

/**
 * Brings the schema up to date, and adds the functions of this release beside those of others. Changes nothing where that was
 * done before. Refuses a schema of another program, and one that a newer release has changed so that this one cannot use it.
 */
export async function migrateSchema(query: Query): Promise<Migrated> {
  const from = await readVersion(query);
  const to = SCHEMA_MIGRATIONS.length;
  const ifDenied = (error: unknown): never => {
    if (!isDenied(error)) throw error;
    throw new PluginError(
      'journal_unavailable',
      'The journal in PostgreSQL has to be migrated for this version of the program, and the role of JOURNAL_URL may not do that: ' +
        'run `ak-slack journal migrate` with the role that owns the schema ak_slack.',
      { cause: error },
    );
  };
  if (from < to) await query(applying(SCHEMA_MIGRATIONS)).catch(ifDenied);
  const [functions] = await query<{ complete: boolean }>(FUNCTIONS_ARE_THERE);
  const functionsAdded = functions?.complete !== true;
  if (functionsAdded) await query(once(ADD_FUNCTIONS)).catch(ifDenied);
  return { from, to: Math.max(from, to), functionsAdded };
}

/** How many migrations the database has had. */
async function readVersion(query: Query): Promise<number> {
  const [found] = await query<{ installation: boolean; tables: number }>(
    `SELECT count(*) AS tables, count(*) FILTER (WHERE c.relname = 'installation') > 0 AS installation
      FROM pg_class c WHERE c.relnamespace = to_regnamespace('ak_slack')`,
  );
  if (found === undefined || found.tables === 0) return 0;
  if (!found.installation) throw notOurs();
  await checkRights(query);
  const rows = await query<{ name: string; value: string }>('SELECT name, value FROM ak_slack.installation');
  const mark = rows.find(({ name }) => name === MARK);
  if (mark !== undefined) throw movedError('in PostgreSQL', parseMark(mark.value));
  const valueOf = (wanted: string): number | undefined => {
    const value = Number(rows.find(({ name }) => name === wanted)?.value);
    return Number.isInteger(value) ? value : undefined;
  };
  const applied = valueOf('schema');
  if (applied === undefined) throw notOurs();
  const known = SCHEMA_MIGRATIONS.length;
  if (applied > known && (valueOf('understood_from') ?? applied) > known)
    throw new PluginError(
      'journal_newer',
      `The journal in PostgreSQL was written by a newer version (schema ${applied}, this one knows ${known}): ` +
        'run that version, or give this one a database of its own.',
    );
  return applied;
}

function notOurs(): PluginError {
  return new PluginError(
    'journal_damaged',
    'The schema ak_slack in PostgreSQL is not a journal of this program: give it a database of its own.',
  );
}

/** One transaction for all: applied by the first of those that come at once. */
function applying(migrations: readonly string[]): string {
  const steps = migrations.map((sql, at) => `IF version < ${at + 1} THEN ${sql} END IF;`);
  const note = (name: string, value: number): string =>
    `INSERT INTO ak_slack.installation AS i (name, value) VALUES ('${name}', '${value}')
      ON CONFLICT (name) DO UPDATE SET value = greatest(i.value::int, excluded.value::int)::text;`;
  return once(`DECLARE version int;
    BEGIN
      -- To create what is there would need the right to, even with IF NOT EXISTS.
      IF NOT EXISTS (SELECT 1 FROM pg_namespace WHERE nspname = 'ak_slack') THEN CREATE SCHEMA ak_slack; END IF;
      CREATE TABLE IF NOT EXISTS ak_slack.installation (name text PRIMARY KEY, value text NOT NULL);
      SELECT value::int INTO version FROM ak_slack.installation WHERE name = 'schema';
      version := coalesce(version, 0);
      ${steps.join('\n')}
      ${note('schema', migrations.length)}
      ${note('understood_from', UNDERSTOOD_FROM)}
    END;`);
}

/** A block as one transaction, which no other one of these overtakes. */
function once(block: string): string {
  return `DO $once$ BEGIN PERFORM pg_advisory_xact_lock(${LOCK}); ${block} END $once$`;
}
