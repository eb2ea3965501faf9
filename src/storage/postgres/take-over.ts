import type { JournalRow } from '../rows.js';
import type { Claim, Claims } from './claims.js';
import { functionName } from './functions.js';
import type { Query } from './session.js';
import { readHeld } from './rows.js';

/**
 * Moves rows of owners that are not live to `owner`, and adopts rows of its own that it does not know: claims whose answer was
 * lost.
 */
export async function takeOverRows(
  query: Query,
  owner: string,
  latest: number,
  limit: number,
  claims: Claims,
): Promise<JournalRow[]> {
  const owned = await query<Claim>('SELECT id, turn FROM ak_slack.events WHERE owner = $1', [owner]);
  const lost = claims.look(owned);
  const taken = await query<{ row_id: number }>(
    `SELECT row_id FROM ${functionName('take_over')}($1, $2, $3, $4, $5) ORDER BY row_id`,
    [owner, latest, limit, lost.map(({ id }) => id), lost.map(({ turn }) => turn ?? null)],
  );
  return readHeld(
    query,
    owner,
    taken.map(({ row_id }) => row_id),
  );
}
