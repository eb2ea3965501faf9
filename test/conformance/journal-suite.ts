import { randomBytes } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Journal, JournalDatabase, RemovedStep, ClaimRequest } from '../../src/storage/journal.js';
import type { Appended } from '../../src/storage/rows.js';
import { randomLife } from './journal-random-life.js';
import { claimRequest, row } from './rows.js';

/** An engine under test: each call of `open` goes to the same stored data. */
export interface EngineUnderTest {
  open(): Promise<JournalDatabase>;
  dispose(): Promise<void>;
}

const DAY = 86_400_000;

/** What any journal must do, whatever it is built on. */
export function describeJournal(name: string, make: () => Promise<EngineUnderTest>): void {
  describe(`a journal on ${name}`, () => {
    let engine: EngineUnderTest;
    let journal: Journal;

    beforeEach(async () => {
      engine = await make();
      journal = await engine.open();
    });

    afterEach(async () => {
      await journal.close();
      await engine.dispose();
    });

    async function reopen(): Promise<void> {
      await journal.close();
      journal = await engine.open();
    }

    async function claimKeys(now = 2000, ...requests: ClaimRequest[]): Promise<string[]> {
      const { rows } = await journal.claim('me', now, requests.length === 0 ? [claimRequest()] : requests);
      return rows.map((each) => each.key);
    }

    async function claimOne(now = 2000): Promise<number> {
      const { rows } = await journal.claim('me', now, [claimRequest({ limit: 1 })]);
      return rows[0]!.id;
    }

    const idOf = (appended: Appended | undefined): number | undefined =>
      typeof appended === 'object' ? appended.claimed : undefined;

    const deliver = (id: number, now = 3000) =>
      journal.settle('me', now, [{ t: 'delivered', id, eventId: 'evt_1', recovered: false }]);
    const bury = (id: number, now = 3000) =>
      journal.settle('me', now, [{ t: 'dead', id, reason: 'too large' }]);

    test('The journal tells rows whose key the app and the connection have had, and rows that lead their lane', async () => {
      expect(await journal.append([row(), row({ key: 'Ev2' }), row()])).toEqual([
        'first',
        'behind',
        'duplicate',
      ]);
      expect(await journal.append([row(), row({ appId: 'A2' }), row({ connectionId: 'con_2' })])).toEqual([
        'duplicate',
        'first',
        'first',
      ]);
    });

    test('The journal knows keys after it was closed, and after the row was delivered and its body removed', async () => {
      await journal.append([row()]);
      await deliver(await claimOne());
      await journal.prune({ bodiesBefore: 10_000, keysBefore: 0, pathsBefore: 0, deadBefore: 0, limit: 10 });
      await reopen();
      expect(await journal.append([row()])).toEqual(['duplicate']);
    });

    test('The journal returns a row as it was written', async () => {
      const written = row({
        kind: 'interactive',
        body: '{"text":"\u{1F600} ünïcode \\u0000 \\"quoted\\""}',
        urgent: true,
        conversation: 'D\u00e9',
        receivedAt: 1_790_000_000_123,
      });
      await journal.append([written]);
      await reopen();
      const { rows } = await journal.claim('me', 1_790_000_000_123, [claimRequest({ urgent: true })]);
      const { id, turn } = rows[0]!;
      expect(rows).toEqual([{ ...written, id, turn, attempts: 1, retried: false }]);
    });

    test('The journal returns the rows of a conversation one at a time, in the order of writing', async () => {
      await journal.append([row({ key: 'a' }), row({ key: 'b', receivedAt: 900 }), row({ key: 'c' })]);
      for (const key of ['a', 'b', 'c']) {
        const { rows } = await journal.claim('me', 3000, [claimRequest()]);
        expect(rows.map((each) => each.key)).toEqual([key]);
        expect(await claimKeys()).toEqual([]);
        await deliver(rows[0]!.id);
      }
      expect(await claimKeys(9000)).toEqual([]);
    });

    test('The journal returns different conversations at once, the one that waits longest first, within the limit', async () => {
      await journal.append([
        row({ key: 'late', conversation: 'C1', receivedAt: 1003 }),
        row({ key: 'early', conversation: 'C2', receivedAt: 1001 }),
        row({ key: 'middle', conversation: '', receivedAt: 1002 }),
      ]);
      expect(await claimKeys(2000, claimRequest({ limit: 2 }))).toEqual(['early', 'middle']);
      expect(await claimKeys()).toEqual(['late']);
    });

    test('The journal keeps urgent rows apart from events of the same conversation', async () => {
      await journal.append([row({ key: 'event' }), row({ key: 'click', urgent: true })]);
      expect(await claimKeys(2000, claimRequest({ urgent: true }))).toEqual(['click']);
      expect(await claimKeys()).toEqual(['event']);
    });

    test('The journal gives a source only its own rows', async () => {
      await journal.append([row(), row({ connectionId: 'con_2', key: 'other' })]);
      expect(
        await claimKeys(2000, claimRequest({ connectionId: 'con_3' }), claimRequest({ appId: 'A9' })),
      ).toEqual([]);
      expect(await claimKeys(2000, claimRequest({ connectionId: 'con_2' }))).toEqual(['other']);
    });

    test('The journal says when the next lane is ready, and leaves out lanes that are held', async () => {
      await journal.append([row(), row({ key: 'b', conversation: 'C2', receivedAt: 5000 })]);
      expect((await journal.claim('me', 2000, [claimRequest()])).next).toEqual([
        { appId: 'A1', connectionId: 'con_1', urgent: false, readyAt: 5000 },
      ]);
      expect(await journal.ready()).toEqual([
        { appId: 'A1', connectionId: 'con_1', urgent: false, readyAt: 5000 },
      ]);
      expect((await journal.claim('me', 5000, [claimRequest()])).next).toEqual([]);
      expect(await journal.ready()).toEqual([]);
    });

    test('The journal holds a conversation until the time of its retry and remembers that it failed', async () => {
      await journal.append([row({ key: 'a' }), row({ key: 'b' }), row({ key: 'c', conversation: 'C2' })]);
      const id = await claimOne();
      expect(
        await journal.settle('me', 2500, [{ t: 'retry', id, nextAt: 4000, reason: 'busy', counted: true }]),
      ).toEqual(['more']);
      await reopen();
      expect(await claimKeys(3999)).toEqual(['c']);
      const { rows } = await journal.claim('me', 4000, [claimRequest()]);
      expect(rows[0]).toMatchObject({ key: 'a', attempts: 2, retried: true });
      await journal.settle('me', 4500, [{ t: 'retry', id, nextAt: 4600, reason: 'busy', counted: true }]);
      const again = await journal.claim('me', 4600, [claimRequest()]);
      expect(again.rows[0]).toMatchObject({ key: 'a', attempts: 3 });
    });

    test('The journal does not count an attempt that an outage spoiled, but remembers that it failed', async () => {
      await journal.append([row()]);
      const id = await claimOne();
      await journal.settle('me', 2500, [{ t: 'retry', id, nextAt: 2600, reason: 'down', counted: false }]);
      const { rows } = await journal.claim('me', 2600, [claimRequest()]);
      expect(rows[0]).toMatchObject({ attempts: 1, retried: true });
    });

    test('The journal remembers when a dispatch had no answer, until an answer came', async () => {
      await journal.append([row({ key: 'a', claimFor: 'me' }), row({ key: 'b' })]);
      const [first] = await journal.takeOver('you', 2000, 10);
      expect(first?.unansweredAt).toBeUndefined();
      const { id } = first!;
      const retry = { t: 'retry', id, reason: 'reset', counted: false } as const;
      await journal.settle('you', 2500, [{ ...retry, nextAt: 2600, unansweredAt: 2500 }]);
      await reopen();
      const claim = async (now: number) => (await journal.claim('me', now, [claimRequest()])).rows[0];
      expect(await claim(2600)).toMatchObject({ key: 'a', unansweredAt: 2500 });
      await journal.settle('me', 2700, [{ t: 'released', id }]);
      expect(await claim(2700)).toMatchObject({ unansweredAt: 2500 });
      await journal.settle('me', 2800, [{ ...retry, nextAt: 2800 }]);
      expect((await claim(2800))?.unansweredAt).toBeUndefined();
    });

    test('The journal holds the conversation of a row that is to be looked up, and forgets the attempt', async () => {
      await journal.append([row({ key: 'a' }), row({ key: 'b' })]);
      const id = await claimOne();
      expect(
        await journal.settle('me', 2500, [{ t: 'deferred', id, nextAt: 9000, unansweredAt: 2400 }]),
      ).toEqual(['more']);
      expect((await journal.ready()).map(({ readyAt }) => readyAt)).toEqual([9000]);
      await reopen();
      expect(await claimKeys(8999)).toEqual([]);
      const { rows } = await journal.claim('me', 9000, [claimRequest()]);
      expect(rows).toMatchObject([{ key: 'a', attempts: 1, retried: false, unansweredAt: 2400 }]);
    });

    test('The journal remembers of a dead letter that its last dispatch had no answer', async () => {
      await journal.append([row({ key: 'a' })]);
      const id = await claimOne();
      await journal.settle('me', 3000, [{ t: 'dead', id, reason: 'reset', unansweredAt: 2900 }]);
      await journal.resend([id], 4000);
      const { rows } = await journal.claim('me', 4000, [claimRequest()]);
      expect(rows).toMatchObject([{ key: 'a', attempts: 1, unansweredAt: 2900 }]);
    });

    test('The journal can be written whenever a probe says so', async () => {
      await journal.probe(1);
      await journal.probe(2);
    });

    test('The journal forgets the attempt of a row that was released', async () => {
      await journal.append([row()]);
      await journal.settle('me', 2000, [{ t: 'released', id: await claimOne() }]);
      const { rows } = await journal.claim('me', 2000, [claimRequest()]);
      expect(rows[0]).toMatchObject({ attempts: 1, retried: false });
    });

    test('The journal lets a conversation continue without the row that was given up', async () => {
      await journal.append([row({ key: 'a' }), row({ key: 'b' })]);
      await bury(await claimOne());
      expect(await claimKeys(3000)).toEqual(['b']);
    });

    test.each([undefined, 'me'])(
      'The journal changes nothing for an owner whose claim was taken over (%s)',
      async (claimFor) => {
        const [appended] = await journal.append([row({ claimFor })]);
        const id = idOf(appended) ?? (await claimOne());
        await journal.takeOver('you', 2000, 10);
        expect(await deliver(id)).toEqual(['gone']);
        expect(
          await journal.settle('you', 3000, [{ t: 'delivered', id, eventId: 'e', recovered: true }]),
        ).toEqual(['last']);
        expect(
          await journal.settle('you', 3000, [{ t: 'delivered', id, eventId: 'e', recovered: true }]),
        ).toEqual(['gone']);
      },
    );

    test('The journal says of each settlement whether the conversation has rows left', async () => {
      await journal.append([row({ key: 'a' }), row({ key: 'b' }), row({ key: 'click', urgent: true })]);
      expect(await deliver(await claimOne())).toEqual(['more']);
      expect(await bury(await claimOne(3000))).toEqual(['last']);
      const { rows } = await journal.claim('me', 3000, [claimRequest({ urgent: true })]);
      expect(await journal.settle('me', 3000, [{ t: 'released', id: rows[0]!.id }])).toEqual(['more']);
    });

    test('The journal claims a row as it writes it, if the row leads its lane', async () => {
      const claimFor = 'me';
      const [first, behind, click, known, unasked] = await journal.append([
        row({ key: 'a', claimFor }),
        row({ key: 'b', claimFor }),
        row({ key: 'c', urgent: true, claimFor }),
        row({ key: 'a', conversation: 'C2', claimFor }),
        row({ key: 'd', conversation: 'C3' }),
      ]);
      expect([first, click].map(idOf)).not.toContain(undefined);
      expect([behind, known, unasked]).toEqual(['behind', 'duplicate', 'first']);
      expect(await journal.ready()).toEqual([
        { appId: 'A1', connectionId: 'con_1', urgent: false, readyAt: 1000 },
      ]);
      expect(await claimKeys()).toEqual(['d']);
      const id = idOf(first) ?? 0;
      expect(
        await journal.settle('me', 2000, [{ t: 'retry', id, nextAt: 2100, reason: 'r', counted: true }]),
      ).toEqual(['more']);
      const { rows } = await journal.claim('me', 2100, [claimRequest()]);
      const { turn } = rows[0]!;
      expect(rows).toEqual([{ ...row({ key: 'a' }), id, turn, attempts: 2, retried: true }]);
      expect(await deliver(id)).toEqual(['more']);
      expect(await claimKeys(3000)).toEqual(['b']);
    });

    test('The journal lets a conversation continue when the row that was claimed in writing has ended', async () => {
      const claimFor = 'me';
      const [first, behind] = await journal.append([
        row({ key: 'a', claimFor }),
        row({ key: 'b', claimFor }),
      ]);
      expect(behind).toBe('behind');
      expect(await journal.ready()).toEqual([]);
      expect(await deliver(idOf(first) ?? 0)).toEqual(['more']);
      expect(await claimKeys(3000)).toEqual(['b']);
      const [second] = await journal.append([row({ key: 'c', conversation: 'C2', claimFor })]);
      expect(await bury(idOf(second) ?? 0)).toEqual(['last']);
      expect((await journal.listDead({ after: 0, limit: 10 })).map(({ key }) => key)).toEqual(['c']);
      expect(await journal.deadBody(idOf(second) ?? 0)).toBe('{"n":1}');
      const [third] = await journal.append([row({ key: 'd', conversation: 'C2', claimFor })]);
      expect(await deliver(idOf(third) ?? 0)).toEqual(['last']);
      expect(await journal.append([row({ key: 'd', conversation: 'C2', claimFor })])).toEqual(['duplicate']);
      await reopen();
      expect(await journal.append([row({ key: 'd', conversation: 'C2', claimFor })])).toEqual(['duplicate']);
    });

    test('The journal counts rows that were claimed in writing until they have ended', async () => {
      const [first] = await journal.append([
        row({ key: 'a', body: 'é', claimFor: 'me' }),
        row({ key: 'b', body: 'four' }),
      ]);
      const counts = async () =>
        (await journal.stats()).sources.map(({ waiting, waitingBytes }) => [waiting, waitingBytes]);
      expect(await counts()).toEqual([[2, 6]]);
      await journal.settle('me', 2000, [{ t: 'released', id: idOf(first) ?? 0 }]);
      expect(await counts()).toEqual([[2, 6]]);
      await deliver(await claimOne(3000));
      expect(await counts()).toEqual([[1, 4]]);
      await journal.append([row({ key: 'c', conversation: 'C2', body: '123', claimFor: 'me' })]);
      await reopen();
      expect(await counts()).toEqual([[2, 7]]);
    });

    test('The journal gives rows that were claimed in writing to the next owner after a crash', async () => {
      await journal.append([row({ key: 'a', claimFor: 'me' }), row({ key: 'b' })]);
      await reopen();
      const taken = await journal.takeOver('you', 2000, 10);
      expect(taken.map(({ key, attempts, retried }) => ({ key, attempts, retried }))).toEqual([
        { key: 'a', attempts: 1, retried: false },
      ]);
      expect(await claimKeys(9000)).toEqual([]);
      await journal.settle('you', 2000, [{ t: 'released', id: taken[0]!.id }]);
      expect(await claimKeys(9000)).toEqual(['a']);
    });

    test('The journal leaves no lane behind for a row that it has had', async () => {
      await journal.append([row()]);
      expect(await deliver(await claimOne())).toEqual(['last']);
      expect(await journal.append([row(), row({ claimFor: 'me' })])).toEqual(['duplicate', 'duplicate']);
      expect(await journal.ready()).toEqual([]);
      const [next] = await journal.append([row({ key: 'next', claimFor: 'me' })]);
      expect(idOf(next)).toBeDefined();
    });

    test('The journal gives the rows that a crash left in flight to the next owner, with their lanes', async () => {
      await journal.append([row({ key: 'a' }), row({ key: 'b' }), row({ key: 'c', conversation: 'C2' })]);
      await claimKeys(2000, claimRequest({ limit: 2 }));
      await reopen();
      const first = await journal.takeOver('you', 2000, 1);
      const second = await journal.takeOver('you', 2000, 10);
      expect(await journal.takeOver('you', 2000, 10)).toEqual([]);
      expect([...first, ...second].map((each) => each.key).sort()).toEqual(['a', 'c']);
      expect(first[0]).toMatchObject({ attempts: 1, retried: false, body: '{"n":1}' });
      expect(await claimKeys(9000)).toEqual([]);
      await journal.settle(
        'you',
        2000,
        [...first, ...second].map(({ id }) => ({ t: 'released', id })),
      );
      expect(await claimKeys(9000)).toEqual(['a', 'c']);
    });

    test('The journal lets no conversation wait for a clock that was ahead before it was taken over', async () => {
      await journal.append([row({ key: 'a', receivedAt: DAY })]);
      await journal.append([row({ key: 'b', conversation: 'C2', receivedAt: 4000 })]);
      await reopen();
      expect(await claimKeys(3000)).toEqual([]);
      await journal.takeOver('me', 5000, 10);
      expect(await claimKeys(4000)).toEqual(['b']);
      expect(await claimKeys(5000)).toEqual(['a']);
    });

    test('The journal lists dead letters with reason and body, and sends them again first in their conversation', async () => {
      await journal.append([row({ key: 'a' }), row({ key: 'b' }), row({ key: 'c' })]);
      await bury(await claimOne(), 3000);
      await bury(await claimOne(4000), 3500);
      await reopen();
      const dead = await journal.listDead({ after: 0, limit: 10 });
      expect(dead.map(({ key, reason, settledAt }) => ({ key, reason, settledAt }))).toEqual([
        { key: 'a', reason: 'too large', settledAt: 3000 },
        { key: 'b', reason: 'too large', settledAt: 3500 },
      ]);
      expect((await journal.listDead({ after: dead[0]!.id, limit: 10 })).map((each) => each.key)).toEqual([
        'b',
      ]);
      expect(await journal.resend([dead[1]!.id, 999], 4000)).toEqual([
        { id: dead[1]!.id, key: 'b', appId: 'A1', connectionId: 'con_1', bytes: 7 },
      ]);
      expect(await journal.resend([dead[1]!.id], 4000)).toEqual([]);
      expect(await claimKeys(4000)).toEqual(['b']);
      expect((await journal.listDead({ after: 0, limit: 10 })).map((each) => each.key)).toEqual(['a']);
    });

    test('The journal sends a dead letter again into a conversation that has nothing else left', async () => {
      await journal.append([row()]);
      const id = await claimOne();
      await bury(id);
      expect(await journal.ready()).toEqual([]);
      await journal.resend([id], 4000);
      expect(await claimKeys(4000)).toEqual(['Ev1']);
    });

    test('The journal sends a dead letter again behind the row of its conversation that was claimed in writing', async () => {
      const [dead] = await journal.append([row({ key: 'dead', claimFor: 'me' })]);
      await bury(idOf(dead)!);
      const [flying] = await journal.append([row({ key: 'flying', claimFor: 'me' })]);
      await journal.resend([idOf(dead)!], 4000);
      expect(await claimKeys(4000)).toEqual([]);
      expect(await deliver(idOf(flying)!, 5000)).toEqual(['more']);
      const { rows } = await journal.claim('me', 5000, [claimRequest()]);
      expect(rows.map(({ key }) => key)).toEqual(['dead']);
      await journal.settle('me', 5000, [
        { t: 'retry', id: rows[0]!.id, nextAt: 6000, reason: 'r', counted: true },
      ]);
      expect(await journal.ready()).toHaveLength(1);
      expect(await claimKeys(6000)).toEqual(['dead']);
    });

    test('The journal keeps the row that was claimed in writing over a crash when an older one is to be sent again', async () => {
      const [dead] = await journal.append([row({ key: 'dead', claimFor: 'me' })]);
      await bury(idOf(dead)!);
      await journal.append([row({ key: 'flying', claimFor: 'me' })]);
      await journal.resend([idOf(dead)!], 4000);
      await claimKeys(4000);
      await reopen();
      const taken = await journal.takeOver('next', 5000, 10);
      expect(taken.map(({ key }) => key)).toEqual(['flying']);
    });

    test('The journal prunes keys and dead letters after their times, in small steps', async () => {
      await journal.append([1, 2, 3].map((n) => row({ key: `d${n}`, conversation: `C${n}` })));
      const { rows } = await journal.claim('me', 2000, [claimRequest()]);
      for (const { id } of rows) await deliver(id, 3000);
      await journal.append([row({ key: 'dead' })]);
      await bury(await claimOne(3000), 3000);
      await journal.append([row({ key: 'waiting', receivedAt: 2 * DAY })]);

      const early = { bodiesBefore: DAY, keysBefore: 1000, pathsBefore: 0, deadBefore: 3000, limit: 10 };
      while ((await journal.prune(early)).more);
      expect(await journal.append([row({ key: 'd1' }), row({ key: 'd3' })])).toEqual([
        'duplicate',
        'duplicate',
      ]);
      expect(await journal.listDead({ after: 0, limit: 10 })).toHaveLength(1);

      const late = { bodiesBefore: DAY, keysBefore: DAY, pathsBefore: 0, deadBefore: DAY, limit: 2 };
      expect(await journal.prune(late)).toEqual({ more: true, deadForRoom: 0 });
      while ((await journal.prune(late)).more);
      expect(await journal.listDead({ after: 0, limit: 10 })).toEqual([]);
      expect(await journal.append([row({ key: 'd1' }), row({ key: 'waiting' })])).toEqual([
        'behind',
        'duplicate',
      ]);
      expect(await claimKeys(2 * DAY)).toEqual(['waiting']);
    });

    test('The journal counts waiting rows and dead letters for each source', async () => {
      await journal.append([
        row({ body: 'four' }),
        row({ key: 'b', body: 'é' }),
        row({ key: 'b', body: 'again' }),
        row({ connectionId: 'con_2', body: '12345678' }),
      ]);
      await bury(await claimOne());
      await deliver(await claimOne(4000));
      await reopen();
      const stats = await journal.stats();
      expect([...stats.sources].sort((a, b) => a.connectionId.localeCompare(b.connectionId))).toEqual([
        { appId: 'A1', connectionId: 'con_1', waiting: 0, waitingBytes: 0, dead: 1 },
        { appId: 'A1', connectionId: 'con_2', waiting: 1, waitingBytes: 8, dead: 0 },
      ]);
      expect(stats.usedBytes).toBeGreaterThan(0);
      expect(stats.fileBytes).toBeGreaterThanOrEqual(stats.usedBytes);
    });

    test('The journal tells how old the oldest row is that is not delivered, in flight or not, and how much it may hold', async () => {
      const oldest = async (): Promise<number | undefined> => (await journal.stats()).oldestWaitingAt;
      expect(await oldest()).toBeUndefined();
      const [flying] = await journal.append([row({ key: 'flying', claimFor: 'me', receivedAt: 1_000 })]);
      await journal.append([row({ key: 'dead', conversation: 'C2', receivedAt: 2_000 })]);
      await journal.append([row({ key: 'waits', conversation: 'C3', receivedAt: 3_000 })]);
      expect(await oldest()).toBe(1_000);
      await deliver(idOf(flying)!);
      expect(await oldest()).toBe(2_000);
      await bury(await claimOne(9_000));
      expect(await oldest()).toBe(3_000);
      await reopen();
      expect(await oldest()).toBe(3_000);
      await deliver(await claimOne(9_000));
      expect(await oldest()).toBeUndefined();
      const { maxBytes, usedBytes } = await journal.stats();
      expect(maxBytes).toBeGreaterThan(usedBytes);
    });

    test('The journal removes a connection in steps, with all that nobody holds, and nothing of another connection', async () => {
      const mine = (n: number, more = {}) =>
        row({ key: `m${n}`, conversation: `C${n}`, body: 'four', ...more });
      const [flown] = await journal.append([mine(0, { claimFor: 'me' })]);
      await deliver(idOf(flown)!);
      await journal.append([mine(1), mine(2), mine(3)]);
      await bury(await claimOne());
      await deliver(await claimOne());
      await journal.append([mine(4), mine(5, { urgent: true }), mine(6, { appId: 'A2' })]);
      await journal.append([row({ connectionId: 'con_2' }), row({ connectionId: 'con_2', key: 'b' })]);

      const steps: RemovedStep[] = [];
      do steps.push(await journal.removeConnection('con_1', 3));
      while (steps.at(-1)!.more);
      const sum = (of: 'waiting' | 'waitingBytes' | 'dead'): number =>
        steps.flatMap(({ removed }) => removed).reduce((all, source) => all + source[of], 0);
      expect([sum('waiting'), sum('waitingBytes'), sum('dead'), steps.length]).toEqual([4, 16, 1, 3]);
      expect((await journal.stats()).sources).toEqual([
        { appId: 'A1', connectionId: 'con_2', waiting: 2, waitingBytes: 14, dead: 0 },
      ]);
      expect(await journal.listDead({ after: 0, limit: 10 })).toEqual([]);
      expect((await journal.ready()).map(({ connectionId }) => connectionId)).toEqual(['con_2']);
      expect(
        await claimKeys(9000, claimRequest(), claimRequest({ appId: 'A2' }), claimRequest({ urgent: true })),
      ).toEqual([]);
      expect(await journal.removeConnection('con_1', 3)).toEqual({ removed: [], more: false });
      await reopen();
      expect(await claimKeys(9000, claimRequest({ connectionId: 'con_2' }))).toEqual(['Ev1']);
      // Not even its keys are left, and what comes afterwards begins anew.
      expect(await journal.append([mine(0), mine(1), mine(3)])).toEqual(['first', 'first', 'first']);
      expect(await claimKeys(9000)).toEqual(['m0', 'm1', 'm3']);
    });

    test('The journal leaves a row that somebody holds to its end when its connection is removed', async () => {
      const [flying, behind] = await journal.append([
        row({ key: 'flying', claimFor: 'me' }),
        row({ key: 'behind' }),
      ]);
      expect(behind).toBe('behind');
      await journal.append([row({ key: 'claimed', conversation: 'C2' })]);
      const claimed = await claimOne();
      const { removed } = await journal.removeConnection('con_1', 10);
      expect(removed).toMatchObject([{ waiting: 1, dead: 0 }]);
      expect((await journal.stats()).sources).toMatchObject([{ waiting: 2 }]);
      expect(await deliver(idOf(flying)!)).toEqual(['last']);
      expect(await bury(claimed)).toEqual(['last']);
      expect((await journal.removeConnection('con_1', 10)).removed).toMatchObject([{ waiting: 0, dead: 1 }]);
      expect((await journal.stats()).sources).toEqual([]);
    });

    test('The journal has room again after a large backlog was delivered', async () => {
      const keys = Array.from({ length: 300 }, (_, n) => `k${n}`);
      // Bodies that no engine can store in less.
      const body = (): string => randomBytes(15_000).toString('base64');
      await journal.append(keys.map((key) => row({ key, conversation: key, body: body() })));
      const full = await journal.stats();
      const { rows } = await journal.claim('me', 2000, [claimRequest({ limit: 300 })]);
      await journal.settle(
        'me',
        3000,
        rows.map(({ id }) => ({ t: 'delivered', id, eventId: '', recovered: false })),
      );
      const request = { bodiesBefore: DAY, keysBefore: 0, pathsBefore: 0, deadBefore: 0, limit: 200 };
      while ((await journal.prune(request)).more);
      while (await journal.compact());
      const after = await journal.stats();
      expect(after.usedBytes).toBeLessThan(full.usedBytes / 2);
      expect(after.fileBytes).toBeGreaterThanOrEqual(after.usedBytes);
    });

    test('The journal keeps order and counts through a random life', async () => {
      const seed = Math.floor(Math.random() * 1e9);
      await randomLife(seed, { journal: () => journal, reopen }).catch((cause: unknown) => {
        throw new Error(`with seed ${seed}`, { cause });
      });
    });

    test('The journal does what was asked before it was closed, and refuses requests after that', async () => {
      const appended = journal.append([row()]);
      const closed = journal.close();
      expect(await appended).toEqual(['first']);
      await closed;
      await journal.close();
      await expect(journal.append([row({ key: 'late' })])).rejects.toMatchObject({ code: 'stopped' });
    });
  });
}
