import { expect, test } from 'vitest';
import { scaledClock, systemClock } from '../../src/core/clock.js';
import { openPostgresJournal, prepareDatabase } from '../../src/storage/postgres/postgres-journal.js';
import { usePostgres } from '../helpers/use-postgres.js';

const postgres = usePostgres();
const common = { maxBytes: 1024 ** 3, password: undefined, name: 'one', version: 'test' };

test('A replica opens all of its five connections at its start, and has no more when it works', async () => {
  const { admin, server } = postgres;
  const journal = await openPostgresJournal({ ...common, url: server.url, clock: systemClock });
  const counted = async (): Promise<number> => {
    const [row] = await admin.run((query) =>
      query<{ count: number }>(
        `SELECT count(*) FROM pg_stat_activity WHERE application_name LIKE 'ak-slack%'`,
      ),
    );
    return row?.count ?? 0;
  };
  try {
    expect(await counted()).toBe(5);
    await Promise.all([
      ...[journal.stats(), journal.ready(), journal.probe(1), journal.findPaths('Ev1')],
      ...[journal.cluster.slots.look(), journal.cluster.membership.drain()],
    ]);
    expect(await counted()).toBe(5);
  } finally {
    await journal.close();
  }
});

test('A replica does not start where PostgreSQL has less room than it needs, and says how much that is', async () => {
  const { admin, server } = postgres;
  await prepareDatabase(server);
  await admin.run((query) =>
    query(`CREATE ROLE narrow LOGIN CONNECTION LIMIT 4;
      GRANT USAGE ON SCHEMA ak_slack TO narrow;
      GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA ak_slack TO narrow`),
  );
  const url = new URL(server.url);
  url.username = 'narrow';
  const opening = openPostgresJournal({ ...common, url: url.href, clock: scaledClock(100) });
  await expect(opening).rejects.toThrow(/takes no more connections, of which each replica needs five/);
});
