import { beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { systemClock } from '../../src/core/clock.js';
import { Claims } from '../../src/storage/postgres/claims.js';
import {
  journalLines,
  postgresJournal,
  prepareDatabase,
} from '../../src/storage/postgres/postgres-journal.js';
import { startHalfOpenProxy } from '../helpers/half-open-proxy.js';
import { eventually } from '../helpers/eventually.js';
import { HandClock } from '../helpers/hand-clock.js';
import { emptyJournal } from './empty-journal.js';
import { claimRequest, row } from './rows.js';
import { usePostgresJournal } from './postgres-journal-rig.js';

const WAITING = 'this replica';

const { postgres, sql, open } = usePostgresJournal();

describe('a journal on PostgreSQL under faults', () => {
  beforeAll(() => prepareDatabase(postgres.server));
  beforeEach(() => postgres.admin.run(emptyJournal));

  test('A journal refuses events while PostgreSQL is away, and takes them again by itself', async () => {
    const journal = await open();
    await journal.append([row({ key: 'before' })]);
    await postgres.server.kill();
    await expect(journal.append([row({ key: 'meanwhile' })])).rejects.toMatchObject({
      code: 'journal_unavailable',
    });
    await postgres.server.start();
    await eventually(
      () =>
        journal.append([row({ key: 'after' })]).then(
          () => true,
          () => false,
        ),
      'an event is taken again',
    );
    expect(await journal.append([row({ key: 'before' })])).toEqual(['duplicate']);
    await eventually(() => journal.cluster.membership.holdsLease(), 'the lease is renewed');
    await journal.close();
  });

  test('Keys and conversations are told apart whatever they consist of, and however long they are', async () => {
    const journal = await open();
    const long = 'k'.repeat(5000);
    const keys = ['k', 'k\0', 'k\\0', 'k\\', '\0', long, `${long}l`];
    const rows = keys.map((key) => row({ key, conversation: key }));
    expect(await journal.append(rows)).toEqual(keys.map(() => 'first'));
    expect(await journal.append(rows)).toEqual(keys.map(() => 'duplicate'));
    const claimed = await journal.claim(WAITING, 2000, [claimRequest()]);
    expect(claimed.rows.map(({ key }) => key).sort()).toEqual([...keys].sort());
    expect(claimed.rows.filter(({ key, conversation }) => key !== conversation)).toEqual([]);
    await journal.close();
  });

  test('A journal whose connection falls silent refuses events, and takes them again on a new connection', async () => {
    const proxy = await startHalfOpenProxy(`127.0.0.1:${postgres.server.port}`);
    const url = postgres.server.url.replace(`127.0.0.1:${postgres.server.port}`, proxy.host);
    const journal = await open(url);
    await journal.append([row({ key: 'before' })]);
    proxy.silence();
    await expect(journal.append([row({ key: 'meanwhile' })])).rejects.toMatchObject({
      code: 'journal_unavailable',
    });
    expect(await journal.append([row({ key: 'after', conversation: 'C2' })])).toEqual(['first']);
    await journal.close();
    await proxy.stop();
  });

  test('Four replicas that write and end rows of the same few conversations at once leave none without a next one', async () => {
    const lines = Array.from({ length: 4 }, () => journalLines(postgres.server));
    const journals = lines.map((each) =>
      postgresJournal({
        claims: new Claims(),
        ownerOf: (asked: string) => asked,
        leave: () => Promise.resolve(),
        maxBytes: 1024 ** 3,
        clock: systemClock,
        ...each,
      }),
    );
    await sql(`INSERT INTO ak_slack.replicas
      SELECT 'r' || n, 'r', '', now(), now() + interval '1 hour' FROM generate_series(0, 3) n`);
    const ended: { id: number; conversation: string }[] = [];
    const end = async (
      at: number,
      rows: readonly { id: number; turn?: number | undefined; conversation: string }[],
    ) => {
      ended.push(...rows.map(({ id, conversation }) => ({ id, conversation })));
      await journals[at]!.settle(
        `r${at}`,
        2000,
        rows.map(({ id, turn }) => ({ t: 'delivered', id, turn, eventId: 'e', recovered: false })),
      );
    };
    const work = async (at: number): Promise<void> => {
      for (let n = 0; n < 60; n += 1) {
        const rows = Array.from({ length: 1 + (n % 6) }, (_, m) =>
          row({ key: `${at} ${n} ${m}`, conversation: `C${(n * 7 + m * 5) % 6}`, claimFor: `r${at}` }),
        );
        const appending = journals[at]!.append(rows);
        const claiming = journals[at]!.claim(`r${at}`, 2000, [claimRequest({ limit: 3 })]);
        const [appended, claimed] = await Promise.all([appending, claiming]);
        const written = rows.flatMap(({ conversation }, m) => {
          const result = appended[m];
          return typeof result === 'object' ? [{ id: result.claimed, turn: result.turn, conversation }] : [];
        });
        await end(at, [...written, ...claimed.rows]);
      }
    };
    await Promise.all(journals.map((_, at) => work(at)));
    for (let more = true; more;) {
      const { rows } = await journals[0]!.claim('r0', 2000, [claimRequest()]);
      await end(0, rows);
      more = rows.length > 0;
    }
    expect(await sql('SELECT id, leads, owner FROM ak_slack.events')).toEqual([]);
    const [keys] = await sql<{ count: number }>('SELECT count(*) AS count FROM ak_slack.keys');
    expect(ended).toHaveLength(keys!.count);
    for (let lane = 0; lane < 6; lane += 1) {
      const ids = ended.filter(({ conversation }) => conversation === `C${lane}`).map(({ id }) => id);
      expect(ids).toEqual([...ids].sort((a, b) => a - b));
    }
    await Promise.all(journals.map((journal) => journal.close()));
  });

  test('A full journal refuses events, and takes them again when some were delivered; dead letters stay', async () => {
    const clock = new HandClock();
    const maxBytes = 6 * 1024 ** 2;
    const ports = {
      claims: new Claims(),
      ownerOf: (asked: string) => asked,
      leave: () => Promise.resolve(),
      maxBytes,
      clock,
    };
    const journal = postgresJournal({ ...ports, ...journalLines(postgres.server) });
    await sql(`INSERT INTO ak_slack.replicas VALUES ('me', 'me', '', now(), now() + interval '1 hour')`);
    const body = 'x'.repeat(200_000);
    await journal.append([row({ key: 'dead', claimFor: 'me' })]);
    const [first] = await sql<{ id: number }>('SELECT id FROM ak_slack.events');
    await journal.settle('me', 1000, [{ t: 'dead', id: first!.id, reason: 'r' }]);
    for (let n = 0; n < 40; n += 1) await journal.append([row({ key: `${n}`, conversation: `${n}`, body })]);
    await clock.advance(60_000);
    await expect(journal.append([row({ key: 'more' })])).rejects.toMatchObject({ code: 'journal_full' });
    await expect(journal.probe(1000)).rejects.toMatchObject({ code: 'journal_full' });

    const { rows } = await journal.claim('me', 2000, [claimRequest({ limit: 40 })]);
    await journal.settle(
      'me',
      3000,
      rows.map(({ id, turn }) => ({ t: 'delivered', id, turn, eventId: 'e', recovered: false })),
    );
    await clock.advance(60_000);
    expect(await journal.append([row({ key: 'more' })])).toEqual(['first']);
    await journal.prune({ bodiesBefore: 0, keysBefore: 0, pathsBefore: 0, deadBefore: 0, limit: 10 });
    expect(await journal.listDead({ after: 0, limit: 10 })).toHaveLength(1);
    await journal.close();
  });
});
