import type { RemovedStep } from '../journal.js';
import { functionName } from './functions.js';
import type { Query } from './session.js';
import { decodeText, encodeText } from './text.js';

interface Found {
  readonly app: string;
  readonly waiting: number;
  readonly waiting_bytes: number;
  readonly given_up: number;
  readonly removed: number;
}

/** Removes rows of a connection that nobody holds, in whichever state they are, one small step. */
export async function removeRowsOf(query: Query, connectionId: string, limit: number): Promise<RemovedStep> {
  const found = await query<Found>(
    `SELECT app, waiting, waiting_bytes, given_up, removed FROM ${functionName('remove_connection')}($1, $2)`,
    [encodeText(connectionId), limit],
  );
  return {
    removed: found.map((source) => ({
      appId: decodeText(source.app),
      connectionId,
      waiting: source.waiting,
      waitingBytes: source.waiting_bytes,
      dead: source.given_up,
    })),
    more: found.reduce((sum, { removed }) => sum + removed, 0) >= limit,
  };
}
