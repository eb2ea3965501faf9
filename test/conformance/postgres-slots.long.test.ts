import { afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { scaledClock, systemClock } from '../../src/core/clock.js';
import type { SocketSlot } from '../../src/storage/cluster.js';
import { Line } from '../../src/storage/postgres/line.js';
import { LeaseKeeper } from '../../src/storage/postgres/membership.js';
import { beatLine, prepareDatabase } from '../../src/storage/postgres/postgres-journal.js';
import { PostgresSlots } from '../../src/storage/postgres/socket-slots.js';
import { startCuttingProxy, type CuttingProxy } from '../helpers/cutting-proxy.js';
import { eventually } from '../helpers/eventually.js';
import { usePostgres } from '../helpers/use-postgres.js';
import { emptyJournal } from './empty-journal.js';

const ALL = 10;
const SPARE = 8;
const APP = 'A1';

describe('the slots of sockets on PostgreSQL', () => {
  const postgres = usePostgres();
  let members: Member[] = [];

  /** A process of those that share the slots, behind a proxy of its own. */
  class Member {
    readonly lost: number[] = [];

    constructor(
      readonly lease: LeaseKeeper,
      readonly slots: PostgresSlots,
      readonly proxy: CuttingProxy,
    ) {}

    take(most = ALL): Promise<SocketSlot | undefined> {
      return this.slots.take(APP, most, () => this.lost.push(1));
    }

    /** Ends it as a crash does. */
    async crash(): Promise<void> {
      await this.proxy.stop();
      await this.lease.leave();
      await this.slots.close();
    }
  }

  beforeAll(() => prepareDatabase(postgres.server));

  beforeEach(() => postgres.admin.run(emptyJournal));

  afterEach(async () => {
    const ended = members;
    members = [];
    for (const member of ended) await member.crash();
  });

  /** Joins. By itself it compares and looks ten times as often as in life; not if it is `slow`, and then only its slots are behind the proxy. */
  async function member(name: string, { slow = false } = {}): Promise<Member> {
    const proxy = await startCuttingProxy(postgres.server.port);
    const behindProxy = new URL(postgres.server.url);
    behindProxy.port = `${proxy.port}`;
    const url = behindProxy.href;
    const ofLease = slow ? { url: postgres.server.url } : { url };
    const lines: readonly [Line, Line] = [beatLine(ofLease), beatLine(ofLease)];
    const lease = new LeaseKeeper({
      name,
      version: 'test',
      lines,
      clock: systemClock,
      fenced: () => undefined,
    });
    await lease.join();
    lease.run();
    const line = new Line({ url, applicationName: 'test', statementMs: 2500 });
    const slots = new PostgresSlots(line, scaledClock(10), lease.instance);
    if (!slow) slots.run();
    const made = new Member(lease, slots, proxy);
    members.push(made);
    return made;
  }

  const rows = (): Promise<{ instance: string; live: boolean }[]> =>
    postgres.admin.run((query) => query('SELECT instance, live FROM ak_slack.slots ORDER BY app_id, n'));

  const count = async (holder: Member): Promise<number> =>
    (await rows()).filter(({ instance }) => instance === holder.lease.instance).length;

  test('Eleven slots of an app cannot exist, whoever asks for them at the same time, and a spare one leaves two free', async () => {
    const three = await Promise.all(['a', 'b', 'c'].map((name) => member(name)));
    const spare = await Promise.all(three.map((each) => each.take(SPARE)));
    expect(spare.every((slot) => slot !== undefined)).toBe(true);
    const taken = await Promise.all(three.flatMap((each) => Array.from({ length: 5 }, () => each.take())));
    expect(taken.filter((slot) => slot !== undefined)).toHaveLength(ALL - spare.length);
    expect(await rows()).toHaveLength(ALL);
    spare[0]?.free();
    spare[1]?.free();
    await eventually(async () => (await rows()).length === ALL - 2, 'two are given back');
    expect(await three[2]?.take(SPARE)).toBeUndefined();
    expect(await three[2]?.take()).toBeDefined();
  });

  test('Others see which sockets are live, and none of a process that is gone', async () => {
    const one = await member('one');
    const other = await member('other');
    const slot = await one.take();
    slot?.setLive(true);
    await eventually(() => other.slots.others(APP).live.get(one.lease.instance) === 1, 'it is seen');
    expect(one.slots.others(APP).seen).toBe(0);
    await one.proxy.stop();
    await eventually(() => other.slots.others(APP).live.size === 0, 'it is seen to be gone');
    expect(other.slots.others(APP).seen).toBe(1);
  });

  test('Slots of a process that is gone are free for others only after the time in which it closes its sockets', async () => {
    const one = await member('one');
    const other = await member('other');
    for (let n = 0; n < ALL; n += 1) await one.take();
    await one.proxy.stop();
    await eventually(() => other.lease.members().length === 1, 'it is gone');
    expect(await other.take()).toBeUndefined();
    await postgres.admin.run((query) =>
      query(`UPDATE ak_slack.replicas SET gone_at = gone_at - interval '170 s' WHERE gone_at IS NOT NULL`),
    );
    expect(await other.take()).toBeUndefined();
    await postgres.admin.run((query) =>
      query(`UPDATE ak_slack.replicas SET gone_at = gone_at - interval '20 s' WHERE gone_at IS NOT NULL`),
    );
    expect(await other.take()).toBeDefined();
    expect(await count(one)).toBe(0);
  });

  test('A process that was taken for gone keeps its slots under its new lease, and learns which are another one’s', async () => {
    const one = await member('one');
    const other = await member('other');
    const kept = [await one.take(), await one.take()];
    for (const slot of kept) slot?.setLive(true);
    await eventually(async () => (await rows()).filter(({ live }) => live).length === 2, 'both are live');
    const first = one.lease.id;
    await postgres.admin.run((query) =>
      query(`UPDATE ak_slack.replicas SET gone_at = clock_timestamp() - interval '200 s' WHERE id = $1`, [
        first,
      ]),
    );
    await eventually(() => one.lease.id !== first && one.lease.holdsLease(), 'it has joined anew');
    expect(await count(one)).toBe(2);
    await postgres.admin.run((query) =>
      query(`UPDATE ak_slack.slots SET instance = $1, ticket = 99 WHERE n = 1`, [other.lease.instance]),
    );
    await eventually(() => one.lost.length === 1, 'it learns that one is lost');
    expect(await count(one)).toBe(1);
  });

  test('A slot whose answer was lost on its way is given back', async () => {
    const one = await member('one', { slow: true });
    await one.slots.look();
    one.proxy.cutNext();
    expect(await one.take()).toBeUndefined();
    await eventually(async () => (await rows()).length === 1, 'it was taken all the same');
    one.slots.run();
    await eventually(async () => (await rows()).length === 0, 'it is given back');
  });

  test('While PostgreSQL is away a slot that is held serves for the next socket, and no other one is to be had', async () => {
    const one = await member('one');
    const slot = await one.take();
    await one.proxy.stop();
    await eventually(() => !one.lease.holdsLease(), 'PostgreSQL is away');
    expect(await one.take()).toBeUndefined();
    slot?.free();
    const again = await one.take();
    expect(again).toBeDefined();
    expect(await one.take()).toBeUndefined();
    expect(await count(one)).toBe(1);
  });

  test('After 150 s without PostgreSQL the slots are no longer sure, and after 170 s they are not held any more', async () => {
    const one = await member('one');
    expect(one.slots.hold()).toBe('sure');
    await one.proxy.stop();
    await eventually(() => one.slots.hold() === 'ending', 'the end is near');
    await eventually(() => one.slots.hold() === 'over', 'the end');
  });

  test('Of two processes that leave an app to each other only one may, and its sockets count as live no more', async () => {
    const two = [await member('a'), await member('b')];
    for (const each of two) (await each.take())?.setLive(true);
    await eventually(async () => (await rows()).every(({ live }) => live), 'both are live');
    const ids = two.map(({ lease }) => lease.instance);
    const may = await Promise.all(
      two.map(({ slots, lease }) =>
        slots.leave(
          APP,
          ids.filter((id) => id !== lease.instance),
          1,
        ),
      ),
    );
    expect(may.filter(Boolean)).toHaveLength(1);
    const left = two[may.indexOf(true)];
    const stayed = two[may.indexOf(false)];
    const live = async (): Promise<string[]> =>
      (await rows()).filter((row) => row.live).map((row) => row.instance);
    expect(await live()).toEqual([stayed?.lease.instance]);
    left?.slots.stay(APP);
    await eventually(async () => (await live()).length === 2, 'they count again');
    await stayed?.lease.drain();
    expect(await left?.slots.leave(APP, ids, 2)).toBe(false);
  });
});
