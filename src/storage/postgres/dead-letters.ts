import type { Resent } from '../journal.js';
import { functionName } from './functions.js';
import type { Query } from './session.js';
import { isUniqueViolation } from './postgres-error.js';
import { decodeText } from './text.js';

// An event of the same conversation may be written at the same moment, and lead.
const TRIES = 5;

interface Found {
  readonly app: string;
  readonly connection: string;
  readonly bytes: number;
}

/** Puts rows that were given up back into their lanes, as if they had never been tried. */
export async function resend(query: Query, ids: readonly number[], now: number): Promise<Resent[]> {
  for (let tries = 1; ; tries += 1) {
    try {
      const sql = `SELECT app, connection, bytes FROM ${functionName('resend')}($1, $2)`;
      const rows = await query<Found>(sql, [[...ids], now]);
      return rows.map(({ app, connection, bytes }) => ({
        appId: decodeText(app),
        connectionId: decodeText(connection),
        bytes,
      }));
    } catch (error) {
      if (tries === TRIES || !isUniqueViolation(error)) throw error;
    }
  }
}
