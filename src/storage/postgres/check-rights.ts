import { PluginError } from '../../core/errors.js';
import type { Query } from './session.js';

interface Found {
  readonly role: string;
  readonly usable: boolean;
  readonly missing: readonly string[];
}

// More would make a sentence that nobody reads.
const MOST_NAMED = 3;

/**
 * Whether the role may do what the journal does, looked up before it is tried: what is missing would else show with the first
 * event that needs it. Rejects with `journal_unavailable`, and names what to grant.
 */
export async function checkRights(query: Query): Promise<void> {
  const [found] = await query<Found>(
    `SELECT quote_ident(current_user) AS role,
      coalesce(has_schema_privilege(to_regnamespace('ak_slack'), 'USAGE'), true) AS usable,
      ARRAY(SELECT p || ' on ' || c.relname FROM pg_class c CROSS JOIN unnest('{SELECT,INSERT,UPDATE,DELETE}'::text[]) p
        WHERE c.relnamespace = to_regnamespace('ak_slack') AND c.relkind = 'r' AND NOT has_table_privilege(c.oid, p)
        ORDER BY c.relname, p)
      || ARRAY(SELECT 'EXECUTE on ' || f.proname FROM pg_proc f
        WHERE f.pronamespace = to_regnamespace('ak_slack') AND NOT has_function_privilege(f.oid, 'EXECUTE')
        ORDER BY f.proname) AS missing`,
  );
  if (found === undefined) return;
  const { role, usable, missing } = found;
  if (!usable)
    throw unavailable(
      `The role ${role} of JOURNAL_URL may not use the schema ak_slack: grant it with GRANT USAGE ON SCHEMA ak_slack TO ${role}.`,
    );
  if (missing.length === 0) return;
  const more = missing.length > MOST_NAMED ? ` and ${missing.length - MOST_NAMED} more` : '';
  throw unavailable(
    `The role ${role} of JOURNAL_URL lacks rights in the schema ak_slack (${missing.slice(0, MOST_NAMED).join(', ')}${more}): ` +
      'grant them as docs/replicas.md describes.',
  );
}

function unavailable(message: string): PluginError {
  return new PluginError('journal_unavailable', message);
}
