import { afterAll, beforeAll } from 'vitest';
import { systemClock } from '../../src/core/clock.js';
import type { JournalDatabase } from '../../src/storage/journal.js';
import { Claims } from '../../src/storage/postgres/claims.js';
import { Line } from '../../src/storage/postgres/line.js';
import {
  journalLines,
  postgresJournal,
  prepareDatabase,
} from '../../src/storage/postgres/postgres-journal.js';
import { NO_CLUSTER } from '../../src/storage/sqlite/cluster.js';
import { startPostgres, type PostgresServer } from '../../src/sim/postgres/postgres-server.js';
import { emptyJournal } from './empty-journal.js';
import { describeDeadLetters } from './dead-letters-suite.js';
import { describeJournal, type EngineUnderTest } from './journal-suite.js';
import { describePaths } from './paths-suite.js';
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
  await admin.run(emptyJournal);
  return {
    open: async () => {
      await prepareDatabase(server);
      const ports = {
        claims: new Claims(),
        ownerOf: (asked: string) => asked,
        leave: () => Promise.resolve(),
        maxBytes: 1024 ** 3,
      };
      const journal = postgresJournal({ clock: systemClock, ...ports, ...journalLines(server) });
      return withOwners({ cluster: NO_CLUSTER, ...journal });
    },
    dispose: () => Promise.resolve(),
  };
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
describeDeadLetters('PostgreSQL', postgres);
describePaths('PostgreSQL', postgres);
describeTokens('PostgreSQL', postgres);
