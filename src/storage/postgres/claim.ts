import type { Claimed, JournalRow, Ready, Want } from '../journal.js';
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
  wants: readonly Want[],
): Promise<Claimed> {
  const found = await query<Found>(
    `SELECT want, row_id, ready FROM ${functionName('claim')}($1, $2, $3, $4, $5, $6)
      ORDER BY want, ready, row_id`,
    [
      owner,
      now,
      wants.map(({ appId }) => encodeText(appId)),
      wants.map(({ connectionId }) => encodeText(connectionId)),
      wants.map(({ urgent }) => urgent),
      wants.map(({ limit }) => limit),
    ],
  );
  const next: Ready[] = found.flatMap(({ want, row_id, ready }) => {
    const { appId, connectionId, urgent } = wants[want - 1] as Want;
    return row_id === null ? [{ appId, connectionId, urgent, readyAt: ready }] : [];
  });
  const ids = found.flatMap(({ row_id }) => (row_id === null ? [] : [row_id]));
  const rows: JournalRow[] = await readHeld(query, owner, ids);
  return { rows, next };
}
