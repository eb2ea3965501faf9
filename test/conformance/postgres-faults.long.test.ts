import { afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { systemClock } from '../../src/core/clock.js';
import { Claims } from '../../src/storage/postgres/claims.js';
import { Line } from '../../src/storage/postgres/line.js';
import {
  journalLines,
  openPostgresJournal,
  postgresJournal,
  prepareDatabase,
  type PostgresJournal,
} from '../../src/storage/postgres/postgres-journal.js';
import { startHalfOpenProxy } from '../helpers/half-open-proxy.js';
import { eventually } from '../helpers/eventually.js';
import { HandClock } from '../helpers/hand-clock.js';
import { usePostgres } from '../helpers/use-postgres.js';
import { emptyJournal } from './empty-journal.js';
import { Replica } from './replica.js';
import { claimRequest, row } from './rows.js';

const WAITING = 'this replica';

const postgres = usePostgres();

const sql = <Row>(text: string): Promise<Row[]> => postgres.admin.run((query) => query<Row>(text));

const open = (maxBytes = 1024 ** 3): Promise<PostgresJournal> =>
  openPostgresJournal({
    url: postgres.server.url,
    maxBytes,
    clock: systemClock,
    name: 'one',
    version: 'test',
  });

describe('opening a journal on PostgreSQL', () => {
  beforeEach(() => sql('DROP SCHEMA IF EXISTS ak_slack CASCADE'));

  test('Replicas that start at the same moment on an empty database make one journal', async () => {
    const journals = await Promise.all([open(), open(), open()]);
    expect(await journals[0].append([row()])).toEqual(['first']);
    expect(await journals[2].append([row()])).toEqual(['duplicate']);
    await Promise.all(journals.map((journal) => journal.close()));
  });

  test('A journal that a newer version wrote is refused, with both versions in the sentence', async () => {
    await (await open()).close();
    await sql(`UPDATE ak_slack.installation SET value = '99' WHERE name IN ('schema', 'understood_from')`);
    await expect(open()).rejects.toMatchObject({
      code: 'journal_newer',
      message: expect.stringMatching(/schema 99, this one knows \d+\)/) as string,
    });
  });

  test('A schema of the same name that another program made is refused and left as it is', async () => {
    await sql('CREATE SCHEMA ak_slack; CREATE TABLE ak_slack.theirs (n int)');
    await expect(open()).rejects.toMatchObject({
      code: 'journal_damaged',
      message: expect.stringContaining('not a journal of this program') as string,
    });
    expect(await sql('SELECT n FROM ak_slack.theirs')).toEqual([]);
  });

  test.each([
    ['synchronous_commit', 'off', 'synchronous_commit is off'],
    ['default_transaction_read_only', 'on', 'PostgreSQL does not accept writes'],
  ])('A role with %s = %s is refused with a sentence', async (setting, value, message) => {
    await sql(`ALTER ROLE postgres SET ${setting} = ${value}`);
    try {
      await expect(open()).rejects.toMatchObject({
        code: 'journal_unavailable',
        message: expect.stringContaining(message) as string,
      });
    } finally {
      await sql(`SET default_transaction_read_only = off; ALTER ROLE postgres RESET ${setting}`);
    }
  });

  test('Of several hosts the first one that is a primary and can be reached is used', async () => {
    const url = postgres.server.url.replace('127.0.0.1:', '127.0.0.1:1,127.0.0.1:');
    const journal = await openPostgresJournal({
      ...{ url, maxBytes: 1024 ** 3, clock: systemClock },
      ...{ name: 'one', version: 'test' },
    });
    expect(await journal.append([row()])).toEqual(['first']);
    await journal.close();
  });

  test('A server that cannot be reached is named in the error, without the password', async () => {
    const url = 'postgres://somebody:hidden@127.0.0.1:1/ak_slack';
    const opening = openPostgresJournal({
      url,
      maxBytes: 1,
      clock: systemClock,
      name: 'one',
      version: 'test',
    });
    const error: unknown = await opening.catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({
      code: 'journal_unavailable',
      message: expect.stringContaining('ECONNREFUSED') as string,
    });
    expect(JSON.stringify(error) + String(error)).not.toContain('hidden');
  });
});

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
    const journal = await openPostgresJournal({
      ...{ url, maxBytes: 1024 ** 3, clock: systemClock },
      ...{ name: 'one', version: 'test' },
    });
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

describe('the lease of a replica', () => {
  const replicas: Replica[] = [];
  const start = async (name = 'replica'): Promise<Replica> => {
    const replica = await Replica.start(postgres.server, name, {});
    replicas.push(replica);
    return replica;
  };
  const lapse = ({ lease }: Replica): Promise<unknown> =>
    sql(
      `UPDATE ak_slack.replicas SET expires_at = clock_timestamp() - interval '1 ms' WHERE id = '${lease.id}'`,
    );
  const beatFor = ({ lease }: Replica, time: string): Promise<unknown> =>
    sql(
      `UPDATE ak_slack.replicas SET since = clock_timestamp() - interval '${time}' WHERE id = '${lease.id}'`,
    );
  const append = async (replica: Replica, key: string) => {
    const [appended] = await replica.journal.append([row({ key, conversation: key, claimFor: WAITING })]);
    return appended as { claimed: number; turn: number };
  };
  const takeOver = (replica: Replica) => replica.journal.takeOver(WAITING, Date.now(), 10);

  beforeAll(() => prepareDatabase(postgres.server));
  beforeEach(() => postgres.admin.run(emptyJournal));
  afterEach(async () => {
    await Promise.all(replicas.splice(0).map((replica) => replica.stop()));
  });

  test('A replica takes over the rows of one whose lease is over, if it has itself beaten for a whole lease', async () => {
    const [dead, live] = [await start(), await start()];
    const { claimed } = await append(dead, 'a');
    let times = 0;
    live.lease.fenced.subscribe(() => (times += 1));
    await lapse(dead);
    await live.lease.beat();
    expect([await takeOver(live), times]).toEqual([[], 0]);
    await beatFor(live, '1 minute');
    await live.lease.beat();
    expect(times).toBe(1);
    expect((await takeOver(live)).map(({ id }) => id)).toEqual([claimed]);
    await live.lease.beat();
    expect(times).toBe(1);
  });

  test('A replica whose lease was over, but that nobody ended, goes on with what it had claimed', async () => {
    const replica = await start();
    const { claimed: id, turn } = await append(replica, 'a');
    const before = replica.lease.id;
    await lapse(replica);
    await replica.lease.beat();
    expect([replica.lease.id, replica.lease.holdsLease()]).toEqual([before, true]);
    expect(await replica.journal.settle(WAITING, 1, [{ t: 'released', id, turn }])).toEqual(['more']);
  });

  test('A replica that was fenced holds nothing that it had claimed, and goes on under a new id', async () => {
    const [slow, quick] = [await start(), await start()];
    const { claimed: id, turn } = await append(slow, 'a');
    const held = { id, turn, ...row({ key: 'a' }), attempts: 1, retried: false };
    expect(slow.holds(held)).toBe(true);
    await lapse(slow);
    await beatFor(quick, '1 minute');
    await quick.lease.beat();
    // It has not noticed yet, and so may claim nothing.
    expect((await slow.journal.append([row({ key: 'b', conversation: 'b', claimFor: WAITING })]))[0]).toBe(
      'first',
    );
    await slow.lease.beat();
    expect([slow.holds(held), slow.lease.holdsLease()]).toEqual([false, true]);
    await takeOver(quick);
    expect(await slow.journal.settle(WAITING, 1, [{ t: 'released', id, turn }])).toEqual(['gone']);
    expect(await append(slow, 'c')).toMatchObject({ turn: 1 });
  });

  test('A lease ends by the own clock when no beat is answered for so long', async () => {
    const replica = await start();
    await replica.lease.beat();
    expect(replica.lease.holdsLease()).toBe(true);
    replica.clock.jump(2200);
    expect(replica.lease.holdsLease()).toBe(false);
  });

  test('What a replica left when it stopped is taken over at once', async () => {
    const [first, second] = [await start(), await start()];
    await append(first, 'a');
    await first.lease.leave();
    expect(await takeOver(second)).toHaveLength(1);
  });

  test('Others see that a replica stops although none has beaten while it did, and soon see it no more', async () => {
    const [first, second] = [await start('first'), await start('second')];
    const seen = () => second.lease.members().map(({ name, isDraining }) => [name, isDraining]);
    await second.lease.beat();
    await first.lease.leave();
    expect(seen()).toEqual([
      ['first', false],
      ['second', false],
    ]);
    await second.lease.beat();
    expect(seen()).toEqual([
      ['first', true],
      ['second', false],
    ]);
    await sql(
      `UPDATE ak_slack.replicas SET gone_at = gone_at - interval '2500 ms' WHERE gone_at IS NOT NULL`,
    );
    await second.lease.beat();
    expect(seen()).toEqual([['second', false]]);
  });

  test('A row whose owner is in no list of replicas is taken over too', async () => {
    const [first, second] = [await start(), await start()];
    await append(first, 'a');
    await sql(`DELETE FROM ak_slack.replicas WHERE id = '${first.lease.id}'`);
    expect(await takeOver(second)).toHaveLength(1);
  });

  test('A settlement that comes late ends no later claim of the same row', async () => {
    const replica = await start();
    const { claimed: id, turn } = await append(replica, 'a');
    const now = Date.now();
    expect(await replica.journal.settle(WAITING, now, [{ t: 'released', id, turn }])).toEqual(['more']);
    const { rows } = await replica.journal.claim(WAITING, now, [claimRequest()]);
    expect(rows).toMatchObject([{ id, turn: turn + 1 }]);
    expect(await replica.journal.settle(WAITING, now, [{ t: 'released', id, turn }])).toEqual(['gone']);
    expect((await replica.journal.claim(WAITING, now, [claimRequest()])).rows).toEqual([]);
  });

  test('A row that is written long after its connection was cut is adopted', async () => {
    const replica = await start();
    const blocker = new Line({ url: postgres.server.url, applicationName: 'blocker', statementMs: 60_000 });
    await blocker.run(async (query) => {
      // A row of the same conversation that is never committed: the append waits for its end.
      await append(replica, 'first');
      await query('BEGIN');
      await query(`INSERT INTO ak_slack.keys SELECT source, 'late', 0 FROM ak_slack.keys`);
      replica.cutNext();
      await expect(append(replica, 'late')).rejects.toMatchObject({ code: 'journal_unavailable' });
      for (let look = 0; look < 3; look += 1) expect(await takeOver(replica)).toEqual([]);
      await query('ROLLBACK');
    });
    const [adopted] = await eventually(async () => {
      const rows = await takeOver(replica);
      return rows.length > 0 && rows;
    }, 'the row is adopted');
    expect(adopted).toMatchObject({ key: 'late', turn: 2 });
    expect(replica.holds(adopted!)).toBe(true);
    expect(await takeOver(replica)).toEqual([]);
    await blocker.close();
  });
});
