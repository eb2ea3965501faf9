import { afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { Line } from '../../src/storage/postgres/line.js';
import { prepareDatabase } from '../../src/storage/postgres/postgres-journal.js';
import { eventually } from '../helpers/eventually.js';
import { emptyJournal } from './empty-journal.js';
import { Replica } from './replica.js';
import { claimRequest, row } from './rows.js';
import { usePostgresJournal } from './postgres-journal-rig.js';

const WAITING = 'this replica';

const { postgres, sql } = usePostgresJournal();

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
