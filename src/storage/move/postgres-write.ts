import type { Source } from '../rows.js';
import type { Parameter, Query } from '../postgres/session.js';
import { encodeText, indexed } from '../postgres/text.js';
import type { MovedDead, MovedKey, MovedPath, MovedToken, MovedWaiting, Page } from './records.js';

/** Writes a page, in the transaction of its caller. */
export async function writePage(query: Query, page: Page): Promise<void> {
  switch (page.part) {
    case 'tokens':
      return writeTokens(query, page.rows);
    case 'waiting':
      await addSources(query, page.rows);
      return writeWaiting(query, page.rows);
    case 'dead':
      await addSources(query, page.rows);
      return writeDead(query, page.rows);
    case 'paths':
      return writePaths(query, page.rows);
    case 'keys':
      await addSources(query, page.rows);
      return writeKeys(query, page.rows);
  }
}

async function addSources(query: Query, rows: readonly Source[]): Promise<void> {
  await query(
    `INSERT INTO ak_slack.sources (app_id, connection_id)
      SELECT DISTINCT u.a, u.c FROM unnest($1::text[], $2::text[]) u(a, c)
      WHERE NOT EXISTS (SELECT 1 FROM ak_slack.sources s WHERE s.app_id = u.a AND s.connection_id = u.c)
      ORDER BY 1, 2 ON CONFLICT DO NOTHING`,
    [rows.map(({ appId }) => encodeText(appId)), rows.map(({ connectionId }) => encodeText(connectionId))],
  );
}

// The first parameters of a statement that writes rows, as `i`, with their source; and the keys of those rows.
const ROWS = `WITH i AS (SELECT u.*, s.id AS source, substring($15::bytea FROM u.at FOR u.size) AS body
    FROM unnest($1::bigint[], $2::text[], $3::text[], $4::boolean[], $5::text[], $6::text[], $7::text[], $8::text[],
      $9::text[], $10::float8[], $11::int[], $12::boolean[], $13::float8[], $14::text[], $16::int[], $17::int[], $18::float8[],
      $19::text[], $20::text[])
      u(id, app, connection, urgent, conversation, long_conversation, key, long_key, kind, received_at, attempts, retried,
        unanswered_at, reason, size, at, time, type, channel)
    JOIN ak_slack.sources s ON s.app_id = u.app AND s.connection_id = u.connection),
  k AS (INSERT INTO ak_slack.keys (source, key, at) SELECT source, key, received_at FROM i ON CONFLICT DO NOTHING)`;

/** `time` is when a row is ready, or when it was given up. */
function rowValues(
  rows: readonly (MovedWaiting | MovedDead)[],
  times: readonly number[],
): readonly Parameter[] {
  const conversations = rows.map(({ conversation }) => encodeText(conversation));
  const shortConversations = conversations.map(indexed);
  const keys = rows.map(({ key }) => encodeText(key));
  const shortKeys = keys.map(indexed);
  const bodies = rows.map(({ body }) => Buffer.from(body));
  const sizes = bodies.map(({ length }) => length);
  // PostgreSQL counts from one.
  let next = 1;
  const places = sizes.map((size) => {
    const place = next;
    next += size;
    return place;
  });
  return [
    rows.map(({ id }) => id),
    rows.map(({ appId }) => encodeText(appId)),
    rows.map(({ connectionId }) => encodeText(connectionId)),
    rows.map(({ urgent }) => urgent),
    shortConversations,
    conversations.map((text, at) => (text === shortConversations[at] ? null : text)),
    shortKeys,
    keys.map((text, at) => (text === shortKeys[at] ? null : text)),
    rows.map(({ kind }) => encodeText(kind)),
    rows.map(({ receivedAt }) => receivedAt),
    rows.map(({ attempts }) => attempts),
    rows.map(({ retried }) => retried),
    rows.map(({ unansweredAt }) => unansweredAt ?? null),
    rows.map(({ reason }) => encodeGiven(reason)),
    Buffer.concat(bodies),
    sizes,
    places,
    times,
    rows.map((row) => encodeGiven('type' in row ? row.type : undefined)),
    rows.map((row) => encodeGiven('channel' in row ? row.channel : undefined)),
  ];
}

/** Rows come in the order of their ids, so the first of its conversation leads it. */
async function writeWaiting(query: Query, rows: readonly MovedWaiting[]): Promise<void> {
  await query(
    `${ROWS}
      INSERT INTO ak_slack.events (id, source, urgent, conversation, long_conversation, key, long_key, kind, size, received_at,
        body, attempts, retried, unanswered_at, last_error, ready_at, leads)
      SELECT id, source, urgent, conversation, long_conversation, key, long_key, kind, size, received_at,
        body, attempts, retried, unanswered_at, reason, time,
        row_number() OVER (PARTITION BY source, urgent, conversation COLLATE "C" ORDER BY id) = 1
          AND NOT EXISTS (SELECT 1 FROM ak_slack.events l
            WHERE l.leads AND l.source = i.source AND l.urgent = i.urgent AND l.conversation = i.conversation)
      FROM i`,
    rowValues(
      rows,
      rows.map(({ readyAt }) => readyAt),
    ),
  );
}

async function writeDead(query: Query, rows: readonly MovedDead[]): Promise<void> {
  await query(
    `${ROWS}
      INSERT INTO ak_slack.dead (id, source, urgent, conversation, long_conversation, key, long_key, kind, size, received_at,
        body, turn, attempts, retried, unanswered_at, reason, settled_at, type, channel)
      SELECT id, source, urgent, conversation, long_conversation, key, long_key, kind, size, received_at,
        body, 0, attempts, retried, unanswered_at, reason, time, type, channel
      FROM i`,
    rowValues(
      rows,
      rows.map(({ settledAt }) => settledAt),
    ),
  );
}

async function writePaths(query: Query, rows: readonly MovedPath[]): Promise<void> {
  await query(
    `INSERT INTO ak_slack.paths (id, key, event_id, at, origin, count, steps)
      SELECT * FROM unnest($1::bigint[], $2::text[], $3::text[], $4::float8[], $5::text[], $6::int[], $7::text[])`,
    [
      rows.map(({ id }) => id),
      rows.map(({ key }) => indexed(encodeText(key))),
      rows.map(({ eventId }) => encodeGiven(eventId)),
      rows.map(({ at }) => at),
      rows.map(({ origin }) => encodeText(origin)),
      rows.map(({ count }) => count),
      rows.map(({ steps }) => encodeText(steps)),
    ],
  );
}

async function writeTokens(query: Query, rows: readonly MovedToken[]): Promise<void> {
  await query(
    `INSERT INTO ak_slack.tokens (hash, app_id, enterprise_id, team_id, bot_user_id, bot_id, said_at, used_at)
      SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::float8[], $8::float8[])`,
    [
      rows.map(({ hash }) => hash),
      rows.map(({ appId }) => encodeText(appId)),
      rows.map(({ enterpriseId }) => encodeText(enterpriseId)),
      rows.map(({ teamId }) => encodeText(teamId)),
      rows.map(({ botUserId }) => encodeText(botUserId)),
      rows.map(({ botId }) => encodeText(botId)),
      rows.map(({ saidAt }) => saidAt),
      rows.map(({ usedAt }) => usedAt),
    ],
  );
}

async function writeKeys(query: Query, rows: readonly MovedKey[]): Promise<void> {
  await query(
    `INSERT INTO ak_slack.keys (source, key, at)
      SELECT s.id, u.key, u.at FROM unnest($1::text[], $2::text[], $3::text[], $4::float8[]) u(app, connection, key, at)
      JOIN ak_slack.sources s ON s.app_id = u.app AND s.connection_id = u.connection ON CONFLICT DO NOTHING`,
    [
      rows.map(({ appId }) => encodeText(appId)),
      rows.map(({ connectionId }) => encodeText(connectionId)),
      rows.map(({ key }) => indexed(encodeText(key))),
      rows.map(({ at }) => at),
    ],
  );
}

function encodeGiven(text: string | undefined): string | null {
  return text === undefined ? null : encodeText(text);
}
