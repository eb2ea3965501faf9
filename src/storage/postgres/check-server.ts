import { PluginError } from '../../core/errors.js';
import type { Query } from './session.js';

// PostgreSQL 14 is the oldest with index clean-up for rows that change often (its release notes, E.23).
const OLDEST = 140_000;

// "on" and "remote_apply" wait for the disk, and for a standby where there is a synchronous one.
const DURABLE: ReadonlySet<string> = new Set(['on', 'remote_apply']);

interface Found {
  readonly version: number;
  readonly version_name: string;
  readonly fsync: string;
  readonly full_page_writes: string;
  readonly synchronous_commit: string;
  readonly standby: boolean;
}

/** The settings that "durable" rests on are read back. Rejects with `journal_unavailable` and a sentence. */
export async function checkServer(query: Query): Promise<void> {
  const [found] = await query<Found>(
    `SELECT current_setting('server_version_num')::int AS version, current_setting('server_version') AS version_name,
      current_setting('fsync') AS fsync, current_setting('full_page_writes') AS full_page_writes,
      current_setting('synchronous_commit') AS synchronous_commit, pg_is_in_recovery() AS standby`,
  );
  const problem = found === undefined ? 'PostgreSQL did not return its settings' : problemOf(found);
  if (problem !== undefined) throw new PluginError('journal_unavailable', problem);
}

function problemOf(found: Found): string | undefined {
  if (found.version < OLDEST)
    return `PostgreSQL ${found.version_name} is too old for the journal: use 14 or later.`;
  if (found.standby)
    return 'PostgreSQL does not accept writes, because it is a standby: name the primary in JOURNAL_URL.';
  for (const name of ['fsync', 'full_page_writes'] as const)
    if (found[name] !== 'on')
      return `PostgreSQL would lose acknowledged events in a power cut, because its setting ${name} is ${found[name]}: set it to on.`;
  if (!DURABLE.has(found.synchronous_commit))
    return (
      `PostgreSQL answers before an event is safe, because synchronous_commit is ${found.synchronous_commit} ` +
      'for this role and database: set it to on.'
    );
  return undefined;
}
