import type { DeadQuery, DeadRow, Resent } from '../dead-letters.js';
import { functionName } from './functions.js';
import type { Query } from './session.js';
import { isUniqueViolation } from './postgres-error.js';
import { decodeText, encodeText } from './text.js';

interface StoredDead {
  readonly id: number;
  readonly app_id: string;
  readonly connection_id: string;
  readonly key: string;
  readonly kind: string;
  readonly type: string;
  readonly channel: string;
  readonly received_at: number;
  readonly attempts: number;
  readonly reason: string;
  readonly settled_at: number;
}

/** Rows that were given up, by id, without their bodies. */
export async function readDead(
  query: Query,
  { after, limit, connectionIds, type, channel, before }: DeadQuery,
): Promise<DeadRow[]> {
  const rows = await query<StoredDead>(
    `SELECT e.id, s.app_id, s.connection_id, coalesce(e.long_key, e.key) AS key, e.kind, coalesce(e.type, e.kind) AS type,
        coalesce(e.channel, e.long_conversation, e.conversation) AS channel, e.received_at, e.attempts, e.reason, e.settled_at
      FROM ak_slack.dead e JOIN ak_slack.sources s ON s.id = e.source
      WHERE e.id > $1 AND e.settled_at < $2
        AND ($3::text[] IS NULL OR s.connection_id = ANY ($3))
        AND ($4::text IS NULL OR coalesce(e.type, e.kind) = $4)
        AND ($5::text IS NULL OR coalesce(e.channel, e.long_conversation, e.conversation) = $5)
      ORDER BY e.id LIMIT $6`,
    [
      after,
      before ?? Number.MAX_SAFE_INTEGER,
      connectionIds?.map(encodeText) ?? null,
      type === undefined ? null : encodeText(type),
      channel === undefined ? null : encodeText(channel),
      limit,
    ],
  );
  return rows.map((row) => ({
    id: row.id,
    appId: decodeText(row.app_id),
    connectionId: decodeText(row.connection_id),
    key: decodeText(row.key),
    kind: decodeText(row.kind),
    type: decodeText(row.type),
    channel: decodeText(row.channel),
    receivedAt: row.received_at,
    attempts: row.attempts,
    reason: decodeText(row.reason),
    settledAt: row.settled_at,
  }));
}

/** The body of a row that was given up. */
export async function readDeadBody(query: Query, id: number): Promise<string | undefined> {
  const [row] = await query<{ body: Buffer }>('SELECT body FROM ak_slack.dead WHERE id = $1', [id]);
  return row?.body.toString();
}

// An event of the same conversation may be written at the same moment, and lead.
const TRIES = 5;

interface Found {
  readonly letter: number;
  readonly name: string;
  readonly app: string;
  readonly connection: string;
  readonly bytes: number;
}

/** Puts rows that were given up back into their lanes, as if they had never been tried. */
export async function resend(query: Query, ids: readonly number[], now: number): Promise<Resent[]> {
  for (let tries = 1; ; tries += 1) {
    try {
      const sql = `SELECT letter, name, app, connection, bytes FROM ${functionName('resend')}($1, $2)`;
      return (await query<Found>(sql, [[...ids], now])).map(toResent);
    } catch (error) {
      if (tries === TRIES || !isUniqueViolation(error)) throw error;
    }
  }
}

/** Removes rows that were given up; their keys are in a table of their own. */
export async function discard(query: Query, ids: readonly number[]): Promise<Resent[]> {
  const rows = await query<Found>(
    `WITH gone AS (DELETE FROM ak_slack.dead d WHERE d.id = ANY ($1) RETURNING d.*)
      SELECT g.id AS letter, coalesce(g.long_key, g.key) AS name, s.app_id AS app, s.connection_id AS connection, g.size AS bytes
      FROM gone g JOIN ak_slack.sources s ON s.id = g.source ORDER BY g.id`,
    [[...ids]],
  );
  return rows.map(toResent);
}

function toResent({ letter: id, name, app, connection, bytes }: Found): Resent {
  return { id, key: decodeText(name), appId: decodeText(app), connectionId: decodeText(connection), bytes };
}
