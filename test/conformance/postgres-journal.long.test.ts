import { systemClock } from '../../src/core/clock.js';
import type { JournalDatabase } from '../../src/storage/journal.js';
import { Claims } from '../../src/storage/postgres/claims.js';
import {
  journalLines,
  postgresJournal,
  prepareDatabase,
} from '../../src/storage/postgres/postgres-journal.js';
import { NO_CLUSTER } from '../../src/storage/sqlite/cluster.js';
import { usePostgres } from '../helpers/use-postgres.js';
import { emptyJournal } from './empty-journal.js';
import { describeDeadLetters } from './dead-letters-suite.js';
import { describeJournal } from './journal-suite.js';
import type { EngineUnderTest } from './journal-rig.js';
import { describePaths } from './paths-suite.js';
import { describeTokens } from './tokens-suite.js';

const postgres = usePostgres();

async function postgresEngine(): Promise<EngineUnderTest> {
  await postgres.admin.run(emptyJournal);
  return {
    open: async () => {
      await prepareDatabase(postgres.server);
      const ports = {
        claims: new Claims(),
        ownerOf: (asked: string) => asked,
        leave: () => Promise.resolve(),
        maxBytes: 1024 ** 3,
      };
      const journal = postgresJournal({ clock: systemClock, ...ports, ...journalLines(postgres.server) });
      return withOwners({ cluster: NO_CLUSTER, ...journal });
    },
    dispose: () => Promise.resolve(),
  };
}

/** The suite names owners as it likes: each has a lease when it asks, and one that takes over ends all others. */
function withOwners(journal: JournalDatabase): JournalDatabase {
  const live = (owner: string): Promise<unknown> =>
    postgres.admin.run((query) =>
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
    async claim(owner, now, requests) {
      await live(owner);
      return journal.claim(owner, now, requests);
    },
    async takeOver(owner, latest, limit) {
      await postgres.admin.run((query) => query('UPDATE ak_slack.replicas SET gone_at = now()'));
      await live(owner);
      return journal.takeOver(owner, latest, limit);
    },
  };
}

describeJournal('PostgreSQL', postgresEngine);
describeDeadLetters('PostgreSQL', postgresEngine);
describePaths('PostgreSQL', postgresEngine);
describeTokens('PostgreSQL', postgresEngine);
