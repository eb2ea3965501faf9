import type { Pruned, PruneRequest } from '../journal.js';
import { prunePaths } from './paths.js';
import type { Query } from './session.js';

interface Removed {
  readonly keys: number;
  readonly dead: number;
  readonly early: number;
}

/**
 * Removes old keys, paths and dead letters; bodies go with the end of their rows. The age of a key counts from when its event
 * came, and also when that still waits: Slack does not send it again after its own 24 hours.
 */
export async function prune(
  query: Query,
  { keysBefore, pathsBefore, deadBefore, limit }: PruneRequest,
  maxBytes: number,
  isCrowded: boolean,
): Promise<Pruned> {
  const paths = await prunePaths(query, {
    before: pathsBefore,
    mustMakeRoom: isCrowded,
    ...{ limit, maxBytes },
  });
  const [removed] = await query<Removed>(
    `WITH k AS (DELETE FROM ak_slack.keys WHERE ctid = ANY (ARRAY(
        SELECT x.ctid FROM ak_slack.keys x WHERE x.at < $1 ORDER BY x.at LIMIT $4)) RETURNING 1),
      d AS (DELETE FROM ak_slack.dead WHERE id = ANY (ARRAY(
        SELECT x.id FROM ak_slack.dead x WHERE x.settled_at < $3 ORDER BY x.settled_at LIMIT $4)) RETURNING settled_at)
      SELECT (SELECT count(*) FROM k) AS keys, (SELECT count(*) FROM d) AS dead,
        (SELECT count(*) FROM d WHERE settled_at >= $2) AS early`,
    // Paths go first: a dead letter can still be sent.
    [keysBefore, deadBefore, isCrowded && paths === 0 ? Number.MAX_SAFE_INTEGER : deadBefore, limit],
  );
  const { keys, dead, early } = removed as Removed;
  return { more: [keys, dead, paths].includes(limit), deadForRoom: early };
}
