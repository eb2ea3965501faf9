import { randomBytes } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import type { RemovedStep } from '../../src/storage/journal.js';
import { useJournal, type EngineUnderTest } from './journal-rig.js';
import { claimRequest, row } from './rows.js';

const DAY = 86_400_000;

/** What is removed and counted, and when the journal has room. */
export function describeRoom(name: string, make: () => Promise<EngineUnderTest>): void {
  describe(`The room of a journal on ${name}`, () => {
    const rig = useJournal(make);
    const { bury, claimKeys, claimOne, deliver, idOf, reopen } = rig;

    test('The journal can be written whenever a probe says so', async () => {
      await rig.journal.probe(1);
      await rig.journal.probe(2);
    });

    test('The journal prunes keys and dead letters after their times, in small steps', async () => {
      await rig.journal.append([1, 2, 3].map((n) => row({ key: `d${n}`, conversation: `C${n}` })));
      const { rows } = await rig.journal.claim('me', 2000, [claimRequest()]);
      for (const { id } of rows) await deliver(id, 3000);
      await rig.journal.append([row({ key: 'dead' })]);
      await bury(await claimOne(3000), 3000);
      await rig.journal.append([row({ key: 'waiting', receivedAt: 2 * DAY })]);

      const early = { bodiesBefore: DAY, keysBefore: 1000, pathsBefore: 0, deadBefore: 3000, limit: 10 };
      while ((await rig.journal.prune(early)).more);
      expect(await rig.journal.append([row({ key: 'd1' }), row({ key: 'd3' })])).toEqual([
        'duplicate',
        'duplicate',
      ]);
      expect(await rig.journal.listDead({ after: 0, limit: 10 })).toHaveLength(1);

      const late = { bodiesBefore: DAY, keysBefore: DAY, pathsBefore: 0, deadBefore: DAY, limit: 2 };
      expect(await rig.journal.prune(late)).toEqual({ more: true, deadForRoom: 0 });
      while ((await rig.journal.prune(late)).more);
      expect(await rig.journal.listDead({ after: 0, limit: 10 })).toEqual([]);
      expect(await rig.journal.append([row({ key: 'd1' }), row({ key: 'waiting' })])).toEqual([
        'behind',
        'duplicate',
      ]);
      expect(await claimKeys(2 * DAY)).toEqual(['waiting']);
    });

    test('The journal counts waiting rows and dead letters for each source', async () => {
      await rig.journal.append([
        row({ body: 'four' }),
        row({ key: 'b', body: 'é' }),
        row({ key: 'b', body: 'again' }),
        row({ connectionId: 'con_2', body: '12345678' }),
      ]);
      await bury(await claimOne());
      await deliver(await claimOne(4000));
      await reopen();
      const stats = await rig.journal.stats();
      expect([...stats.sources].sort((a, b) => a.connectionId.localeCompare(b.connectionId))).toEqual([
        { appId: 'A1', connectionId: 'con_1', waiting: 0, waitingBytes: 0, dead: 1 },
        { appId: 'A1', connectionId: 'con_2', waiting: 1, waitingBytes: 8, dead: 0 },
      ]);
      expect(stats.usedBytes).toBeGreaterThan(0);
      expect(stats.fileBytes).toBeGreaterThanOrEqual(stats.usedBytes);
    });

    test('The journal tells how old the oldest row is that is not delivered, in flight or not, and how much it may hold', async () => {
      const oldest = async (): Promise<number | undefined> => (await rig.journal.stats()).oldestWaitingAt;
      expect(await oldest()).toBeUndefined();
      const [flying] = await rig.journal.append([row({ key: 'flying', claimFor: 'me', receivedAt: 1_000 })]);
      await rig.journal.append([row({ key: 'dead', conversation: 'C2', receivedAt: 2_000 })]);
      await rig.journal.append([row({ key: 'waits', conversation: 'C3', receivedAt: 3_000 })]);
      expect(await oldest()).toBe(1_000);
      await deliver(idOf(flying)!);
      expect(await oldest()).toBe(2_000);
      await bury(await claimOne(9_000));
      expect(await oldest()).toBe(3_000);
      await reopen();
      expect(await oldest()).toBe(3_000);
      await deliver(await claimOne(9_000));
      expect(await oldest()).toBeUndefined();
      const { maxBytes, usedBytes } = await rig.journal.stats();
      expect(maxBytes).toBeGreaterThan(usedBytes);
    });

    test('The journal removes a connection in steps, with all that nobody holds, and nothing of another connection', async () => {
      const mine = (n: number, more = {}) =>
        row({ key: `m${n}`, conversation: `C${n}`, body: 'four', ...more });
      const [flown] = await rig.journal.append([mine(0, { claimFor: 'me' })]);
      await deliver(idOf(flown)!);
      await rig.journal.append([mine(1), mine(2), mine(3)]);
      await bury(await claimOne());
      await deliver(await claimOne());
      await rig.journal.append([mine(4), mine(5, { urgent: true }), mine(6, { appId: 'A2' })]);
      await rig.journal.append([row({ connectionId: 'con_2' }), row({ connectionId: 'con_2', key: 'b' })]);

      const steps: RemovedStep[] = [];
      do steps.push(await rig.journal.removeConnection('con_1', 3));
      while (steps.at(-1)!.more);
      const sum = (of: 'waiting' | 'waitingBytes' | 'dead'): number =>
        steps.flatMap(({ removed }) => removed).reduce((all, source) => all + source[of], 0);
      expect([sum('waiting'), sum('waitingBytes'), sum('dead'), steps.length]).toEqual([4, 16, 1, 3]);
      expect((await rig.journal.stats()).sources).toEqual([
        { appId: 'A1', connectionId: 'con_2', waiting: 2, waitingBytes: 14, dead: 0 },
      ]);
      expect(await rig.journal.listDead({ after: 0, limit: 10 })).toEqual([]);
      expect((await rig.journal.ready()).map(({ connectionId }) => connectionId)).toEqual(['con_2']);
      expect(
        await claimKeys(9000, claimRequest(), claimRequest({ appId: 'A2' }), claimRequest({ urgent: true })),
      ).toEqual([]);
      expect(await rig.journal.removeConnection('con_1', 3)).toEqual({ removed: [], more: false });
      await reopen();
      expect(await claimKeys(9000, claimRequest({ connectionId: 'con_2' }))).toEqual(['Ev1']);
      // Not even its keys are left, and what comes afterwards begins anew.
      expect(await rig.journal.append([mine(0), mine(1), mine(3)])).toEqual(['first', 'first', 'first']);
      expect(await claimKeys(9000)).toEqual(['m0', 'm1', 'm3']);
    });

    test('The journal leaves a row that somebody holds to its end when its connection is removed', async () => {
      const [flying, behind] = await rig.journal.append([
        row({ key: 'flying', claimFor: 'me' }),
        row({ key: 'behind' }),
      ]);
      expect(behind).toBe('behind');
      await rig.journal.append([row({ key: 'claimed', conversation: 'C2' })]);
      const claimed = await claimOne();
      const { removed } = await rig.journal.removeConnection('con_1', 10);
      expect(removed).toMatchObject([{ waiting: 1, dead: 0 }]);
      expect((await rig.journal.stats()).sources).toMatchObject([{ waiting: 2 }]);
      expect(await deliver(idOf(flying)!)).toEqual(['last']);
      expect(await bury(claimed)).toEqual(['last']);
      expect((await rig.journal.removeConnection('con_1', 10)).removed).toMatchObject([
        { waiting: 0, dead: 1 },
      ]);
      expect((await rig.journal.stats()).sources).toEqual([]);
    });

    test('The journal has room again after a large backlog was delivered', async () => {
      const keys = Array.from({ length: 300 }, (_, n) => `k${n}`);
      // Bodies that no engine can store in less.
      const body = (): string => randomBytes(15_000).toString('base64');
      await rig.journal.append(keys.map((key) => row({ key, conversation: key, body: body() })));
      const full = await rig.journal.stats();
      const { rows } = await rig.journal.claim('me', 2000, [claimRequest({ limit: 300 })]);
      await rig.journal.settle(
        'me',
        3000,
        rows.map(({ id }) => ({ t: 'delivered', id, eventId: '', recovered: false })),
      );
      const request = { bodiesBefore: DAY, keysBefore: 0, pathsBefore: 0, deadBefore: 0, limit: 200 };
      while ((await rig.journal.prune(request)).more);
      while (await rig.journal.compact());
      const after = await rig.journal.stats();
      expect(after.usedBytes).toBeLessThan(full.usedBytes / 2);
      expect(after.fileBytes).toBeGreaterThanOrEqual(after.usedBytes);
    });

    test('The journal does what was asked before it was closed, and refuses requests after that', async () => {
      const appended = rig.journal.append([row()]);
      const closed = rig.journal.close();
      expect(await appended).toEqual(['first']);
      await closed;
      await rig.journal.close();
      await expect(rig.journal.append([row({ key: 'late' })])).rejects.toMatchObject({ code: 'stopped' });
    });
  });
}
