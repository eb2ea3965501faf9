import { EVENT_COLUMNS, decodeRow, type StoredEvent } from '../postgres/rows.js';
import type { Query } from '../postgres/session.js';
import { decodeText } from '../postgres/text.js';
import {
  RECORDS_A_PAGE,
  ROWS_A_PAGE,
  withoutHolder,
  type Cursor,
  type MovedDead,
  type MovedPath,
  type MovedToken,
  type MovedWaiting,
  type Page,
  type Part,
} from './records.js';

interface StoredWaiting extends StoredEvent {
  readonly held: boolean;
  readonly reason: string | null;
  readonly ready_at: number;
}

interface StoredDead extends StoredEvent {
  readonly reason: string;
  readonly type: string | null;
  readonly channel: string | null;
  readonly settled_at: number;
}

const WAITING = `SELECT ${EVENT_COLUMNS}, e.owner IS NOT NULL AS held, e.last_error AS reason, coalesce(l.ready_at, e.received_at) AS ready_at
  FROM ak_slack.events e JOIN ak_slack.sources s ON s.id = e.source
  LEFT JOIN ak_slack.events l ON l.leads AND l.source = e.source AND l.urgent = e.urgent AND l.conversation = e.conversation
  WHERE e.id > $1 ORDER BY e.id LIMIT ${ROWS_A_PAGE}`;

const DEAD = `SELECT ${EVENT_COLUMNS}, e.reason, e.type, e.channel, e.settled_at
  FROM ak_slack.dead e JOIN ak_slack.sources s ON s.id = e.source WHERE e.id > $1 ORDER BY e.id LIMIT ${ROWS_A_PAGE}`;

const PATHS = `SELECT id, key, event_id, at, origin, count, steps FROM ak_slack.paths WHERE id > $1 ORDER BY id LIMIT ${RECORDS_A_PAGE}`;

const TOKENS = `SELECT hash, app_id AS "appId", enterprise_id AS "enterpriseId", team_id AS "teamId", bot_user_id AS "botUserId",
    bot_id AS "botId", said_at AS "saidAt", used_at AS "usedAt"
  FROM ak_slack.tokens WHERE hash COLLATE "C" > $1 ORDER BY hash COLLATE "C" LIMIT ${RECORDS_A_PAGE}`;

const KEYS = `SELECT k.source, s.app_id, s.connection_id, k.key, k.at
  FROM ak_slack.keys k JOIN ak_slack.sources s ON s.id = k.source
  WHERE (k.source, k.key) > ($1, $2) ORDER BY k.source, k.key LIMIT ${RECORDS_A_PAGE}`;

/** Reads the next page of a part. */
export async function readPage(query: Query, part: Part, after: Cursor, now: number): Promise<Page> {
  switch (part) {
    case 'tokens': {
      const rows = (await query<MovedToken>(TOKENS, [after ?? ''])).map(toToken);
      return { part, rows, last: rows.at(-1)?.hash };
    }
    case 'waiting': {
      const rows = (await query<StoredWaiting>(WAITING, [after ?? 0])).map((row) => toWaiting(row, now));
      return { part, rows, last: rows.at(-1)?.id };
    }
    case 'dead': {
      const rows = (await query<StoredDead>(DEAD, [after ?? 0])).map(toDead);
      return { part, rows, last: rows.at(-1)?.id };
    }
    case 'paths': {
      const rows = (await query<StoredPath>(PATHS, [after ?? 0])).map(toPath);
      return { part, rows, last: rows.at(-1)?.id };
    }
    case 'keys': {
      const from = after === undefined ? [0, ''] : (JSON.parse(String(after)) as [number, string]);
      const rows = await query<StoredKey>(KEYS, from);
      const last = rows.at(-1);
      return {
        part,
        rows: rows.map(toKey),
        last: last === undefined ? undefined : JSON.stringify([last.source, last.key]),
      };
    }
  }
}

interface StoredKey {
  readonly source: number;
  readonly app_id: string;
  readonly connection_id: string;
  readonly key: string;
  readonly at: number;
}

function toKey({ app_id, connection_id, key, at }: StoredKey) {
  return { appId: decodeText(app_id), connectionId: decodeText(connection_id), key: decodeText(key), at };
}

interface StoredPath extends Omit<MovedPath, 'eventId'> {
  readonly event_id: string | null;
}

function toPath({ event_id: eventId, key, origin, steps, id, at, count }: StoredPath): MovedPath {
  return {
    key: decodeText(key),
    eventId: eventId === null ? undefined : decodeText(eventId),
    origin: decodeText(origin),
    steps: decodeText(steps),
    ...{ id, at, count },
  };
}

function toToken({ appId, enterpriseId, teamId, botUserId, botId, ...rest }: MovedToken): MovedToken {
  return {
    appId: decodeText(appId),
    enterpriseId: decodeText(enterpriseId),
    teamId: decodeText(teamId),
    botUserId: decodeText(botUserId),
    botId: decodeText(botId),
    ...rest,
  };
}

function toWaiting(row: StoredWaiting, now: number): MovedWaiting {
  return {
    reason: row.reason === null ? undefined : decodeText(row.reason),
    readyAt: row.ready_at,
    ...withoutHolder(decodeRow(row), row.held, now),
  };
}

function toDead(row: StoredDead): MovedDead {
  return {
    reason: decodeText(row.reason),
    type: row.type === null ? undefined : decodeText(row.type),
    channel: row.channel === null ? undefined : decodeText(row.channel),
    settledAt: row.settled_at,
    ...decodeRow(row),
  };
}
