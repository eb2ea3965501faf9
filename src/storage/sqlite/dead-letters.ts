import type { DeadQuery, DeadRow, Resent } from '../dead-letters.js';
import type { Tables } from './tables.js';

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
  readonly last_error: string | null;
  readonly settled_at: number;
}

/** Rows that were given up, by id, without their bodies. */
export function prepareListDead({ database }: Tables): (query: DeadQuery) => DeadRow[] {
  const select =
    database.prepare(`WITH q (before, after, connections, type, channel) AS (VALUES (?, ?, ?, ?, ?))
    SELECT e.id, s.app_id, s.connection_id, e.key, e.kind, coalesce(e.type, e.kind) AS type,
      coalesce(e.channel, e.conversation) AS channel, e.received_at, e.attempts, e.last_error, e.settled_at
    FROM q CROSS JOIN events e JOIN sources s ON s.id = e.source_id
    WHERE e.state = 'dead' AND e.settled_at < q.before AND e.id > q.after
      AND (q.connections IS NULL OR s.connection_id IN (SELECT value FROM json_each(q.connections)))
      AND (q.type IS NULL OR coalesce(e.type, e.kind) = q.type)
      AND (q.channel IS NULL OR coalesce(e.channel, e.conversation) = q.channel)
    ORDER BY e.id LIMIT ?`);
  return ({ after, limit, connectionIds, type, channel, before = Number.MAX_SAFE_INTEGER }) => {
    const connections = connectionIds === undefined ? null : JSON.stringify(connectionIds);
    const found = select.all(
      before,
      after,
      connections,
      type ?? null,
      channel ?? null,
      limit,
    ) as StoredDead[];
    return found.map((row) => ({
      id: row.id,
      appId: row.app_id,
      connectionId: row.connection_id,
      key: row.key,
      kind: row.kind,
      type: row.type,
      channel: row.channel,
      receivedAt: row.received_at,
      attempts: row.attempts,
      reason: row.last_error ?? '',
      settledAt: row.settled_at,
    }));
  };
}

/** The body of a row that was given up. */
export function prepareDeadBody({ database }: Tables): (id: number) => string | undefined {
  const select = database.prepare(
    `SELECT b.body FROM bodies b JOIN events e ON e.id = b.event_id WHERE e.id = ? AND e.state = 'dead'`,
  );
  return (id) => (select.get(id) as { body: string } | undefined)?.body;
}

interface Dead {
  readonly key: string;
  readonly source_id: number;
  readonly app_id: string;
  readonly connection_id: string;
  readonly urgent: number;
  readonly conversation: string;
  readonly size: number;
}

const DEAD = `SELECT key, source_id, app_id, connection_id, urgent, conversation, size
  FROM events JOIN sources s ON s.id = source_id WHERE events.id = ? AND state = 'dead'`;

/** Puts rows that were given up back into their lanes, as if they had never been tried. */
export function prepareResend({ database, sources, lanes, inFlight }: Tables) {
  const select = database.prepare(DEAD);
  const revive = database.prepare(`UPDATE events SET state = 'waiting', settled_at = NULL, attempts = 0,
    retried = 1 WHERE id = ? AND state = 'dead'`);

  const reviveOne = (id: number, now: number): Resent[] => {
    const row = select.get(id) as Dead | undefined;
    if (row === undefined) return [];
    revive.run(id);
    const holder = inFlight.holderOf(row.source_id, row.urgent, row.conversation);
    lanes.open(row.source_id, row.urgent, row.conversation, now, holder ?? null);
    sources.count(row.source_id, { waiting: 1, waitingBytes: row.size, dead: -1 });
    return [resentOf(id, row)];
  };

  return (ids: readonly number[], now: number): Resent[] => ids.flatMap((id) => reviveOne(id, now));
}

/** Leaves of rows that were given up nothing but their keys. */
export function prepareDiscard({ database, sources }: Tables) {
  const select = database.prepare(DEAD);
  const dropBody = database.prepare('DELETE FROM bodies WHERE event_id = ?');
  const toKey = database.prepare(`UPDATE events SET state = 'key' WHERE id = ?`);

  return (ids: readonly number[]): Resent[] =>
    ids.flatMap((id) => {
      const row = select.get(id) as Dead | undefined;
      if (row === undefined) return [];
      dropBody.run(id);
      toKey.run(id);
      sources.count(row.source_id, { dead: -1 });
      return [resentOf(id, row)];
    });
}

function resentOf(
  id: number,
  { key, app_id: appId, connection_id: connectionId, size: bytes }: Dead,
): Resent {
  return { id, key, appId, connectionId, bytes };
}
