import type { Claimed, ReadyLane, ClaimRequest } from '../journal.js';
import type { JournalRow } from '../rows.js';
import { functionName } from './functions.js';
import type { Query } from './session.js';
import { readHeld } from './rows.js';
import { encodeText } from './text.js';

interface Found {
  readonly want: number;
  readonly row_id: number | null;
  readonly ready: number;
}

/** Takes the leading rows of lanes that are ready. */
export async function claim(
  query: Query,
  owner: string,
  now: number,
  requests: readonly ClaimRequest[],
): Promise<Claimed> {
  const found = await query<Found>(
    `SELECT want, row_id, ready FROM ${functionName('claim')}($1, $2, $3, $4, $5, $6)
      ORDER BY want, ready, row_id`,
    [
      owner,
      now,
      requests.map(({ appId }) => encodeText(appId)),
      requests.map(({ connectionId }) => encodeText(connectionId)),
      requests.map(({ urgent }) => urgent),
      requests.map(({ limit }) => limit),
    ],
  );
  const next: ReadyLane[] = found.flatMap(({ want, row_id, ready }) => {
    const { appId, connectionId, urgent } = requests[want - 1] as ClaimRequest;
    return row_id === null ? [{ appId, connectionId, urgent, readyAt: ready }] : [];
  });
  const ids = found.flatMap(({ row_id }) => (row_id === null ? [] : [row_id]));
  const rows: JournalRow[] = await readHeld(query, owner, ids);
  return { rows, next };
}
