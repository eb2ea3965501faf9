import type { Database } from '../sqlite/driver.js';
import { Sources } from '../sqlite/sources.js';
import type { MovedDead, MovedKey, MovedPath, MovedToken, MovedWaiting, Page } from './records.js';

/** Writes a page into an open file, in the transaction of its caller. */
export function prepareWrite(database: Database): (page: Page) => void {
  const sources = new Sources(database);
  const token = database.prepare(`INSERT OR REPLACE INTO tokens
    (hash, app_id, enterprise_id, team_id, bot_user_id, bot_id, said_at, used_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?)`);
  const event = database.prepare(`INSERT INTO events
    (id, source_id, key, kind, conversation, urgent, size, received_at, state, attempts, retried, unanswered_at, last_error,
      type, channel, settled_at)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`);
  const body = database.prepare('INSERT INTO bodies (event_id, body) VALUES (?, ?)');
  const lane =
    database.prepare(`INSERT INTO lanes (source_id, urgent, conversation, ready_at) VALUES (?, ?, ?, ?)
    ON CONFLICT DO NOTHING`);
  const path = database.prepare(
    'INSERT INTO paths (id, key, event_id, at, origin, count, steps) VALUES (?, ?, ?, ?, ?, ?, ?)',
  );
  // Above all ids that were moved: rows and paths come before keys.
  const key = database.prepare(`INSERT INTO events
      (id, source_id, key, kind, conversation, urgent, size, received_at, state, attempts, settled_at)
    SELECT 1 + max(coalesce((SELECT max(id) FROM events), 0), coalesce((SELECT max(id) FROM paths), 0)),
      ?, ?, '', '', 0, 0, ?, 'key', 1, ? WHERE true ON CONFLICT (source_id, key) DO NOTHING`);

  const writeEvent = (
    row: MovedWaiting | MovedDead,
    end: { readonly state: string; readonly settledAt: number | null },
  ): number => {
    const source = sources.findOrAdd(row);
    const size = Buffer.byteLength(row.body);
    const letter = 'settledAt' in row ? row : undefined;
    event.run(
      ...[
        row.id,
        source,
        row.key,
        row.kind,
        row.conversation,
        row.urgent ? 1 : 0,
        size,
        row.receivedAt,
        end.state,
      ],
      ...[row.attempts, row.retried ? 1 : 0, row.unansweredAt ?? null, row.reason ?? null],
      ...[letter?.type ?? null, letter?.channel ?? null, end.settledAt],
    );
    body.run(row.id, row.body);
    return size;
  };
  const writers = {
    tokens: (row: MovedToken) => {
      const { hash, appId, enterpriseId, teamId, botUserId, botId, saidAt, usedAt } = row;
      token.run(hash, appId, enterpriseId, teamId, botUserId, botId, saidAt, usedAt);
    },
    waiting: (row: MovedWaiting) => {
      const waitingBytes = writeEvent(row, { state: 'waiting', settledAt: null });
      const source = sources.findOrAdd(row);
      lane.run(source, row.urgent ? 1 : 0, row.conversation, row.readyAt);
      sources.count(source, { waiting: 1, waitingBytes });
    },
    dead: (row: MovedDead) => {
      writeEvent(row, { state: 'dead', settledAt: row.settledAt });
      sources.count(sources.findOrAdd(row), { dead: 1 });
    },
    paths: ({ id, key, eventId, at, origin, count, steps }: MovedPath) => {
      path.run(id, key, eventId ?? null, at, origin, count, steps);
    },
    keys: (row: MovedKey) => {
      key.run(sources.findOrAdd(row), row.key, row.at, row.at);
    },
  };
  return (page) => {
    try {
      writeAll(page, writers);
      sources.flush();
    } catch (error) {
      sources.forget();
      throw error;
    }
  };
}

type Writers = {
  readonly [Each in Page['part']]: (row: Extract<Page, { readonly part: Each }>['rows'][number]) => void;
};

function writeAll(page: Page, writers: Writers): void {
  switch (page.part) {
    case 'tokens':
      page.rows.forEach(writers.tokens);
      break;
    case 'waiting':
      page.rows.forEach(writers.waiting);
      break;
    case 'dead':
      page.rows.forEach(writers.dead);
      break;
    case 'paths':
      page.rows.forEach(writers.paths);
      break;
    case 'keys':
      page.rows.forEach(writers.keys);
      break;
  }
}
