import { afterAll, beforeAll } from 'vitest';
import { systemClock } from '../../src/core/clock.js';
import type { JournalDatabase } from '../../src/storage/journal.js';
import { Line } from '../../src/storage/postgres/line.js';
import { openPostgresJournal } from '../../src/storage/postgres/postgres-journal.js';
import type { Query } from '../../src/storage/postgres/session.js';
import { startPostgres, type PostgresServer } from '../world/postgres-server.js';
import { describeJournal, type EngineUnderTest } from './journal-suite.js';
import { describeTokens } from './tokens-suite.js';

let server: PostgresServer;
let admin: Line;

beforeAll(async () => {
  server = await startPostgres();
  admin = new Line({ url: server.url, applicationName: 'test', statementMs: 60_000 });
});

afterAll(async () => {
  await admin.close();
  await server.dispose();
});

async function postgres(): Promise<EngineUnderTest> {
  await admin.run(empty);
  return {
    open: async () =>
      withOwners(await openPostgresJournal({ url: server.url, maxBytes: 1024 ** 3, clock: systemClock })),
    dispose: () => Promise.resolve(),
  };
}

async function empty(query: Query): Promise<void> {
  const tables = await query<{ name: string }>(
    `SELECT oid::regclass::text AS name FROM pg_class WHERE relnamespace = to_regnamespace('ak_slack') AND relkind = 'r'
      AND relname <> 'installation'`,
  );
  if (tables.length === 0) return;
  await query(`TRUNCATE ${tables.map(({ name }) => name).join(', ')};
    DELETE FROM ak_slack.installation WHERE name <> 'schema'`);
}

/** The suite names owners as it likes: each has a lease when it asks, and one that takes over ends all others. */
function withOwners(journal: JournalDatabase): JournalDatabase {
  const live = (owner: string): Promise<unknown> =>
    admin.run((query) =>
      query(
        `INSERT INTO ak_slack.replicas (id, name, version, since, expires_at)
          VALUES ($1, $1, '', now(), now() + interval '1 hour')
          ON CONFLICT (id) DO UPDATE SET gone_at = NULL, expires_at = excluded.expires_at`,
        [owner],
      ),
    );
  return {
    ...journal,
    async append(rows) {
      for (const owner of new Set(rows.map(({ claimFor }) => claimFor)))
        if (owner !== undefined) await live(owner);
      return journal.append(rows);
    },
    async claim(owner, now, wants) {
      await live(owner);
      return journal.claim(owner, now, wants);
    },
    async takeOver(owner, latest, limit) {
      await admin.run((query) => query('UPDATE ak_slack.replicas SET gone_at = now()'));
      await live(owner);
      return journal.takeOver(owner, latest, limit);
    },
  };
}

describeJournal('PostgreSQL', postgres);
describeTokens('PostgreSQL', postgres);
