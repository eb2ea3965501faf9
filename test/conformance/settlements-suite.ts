import { describe, expect, test } from 'vitest';
import { useJournal, type EngineUnderTest } from './journal-rig.js';
import { claimRequest, row } from './rows.js';

const DAY = 86_400_000;

/** How claims end: by delivery, retry, look-up, dead letter, or with their owner. */
export function describeSettlements(name: string, make: () => Promise<EngineUnderTest>): void {
  describe(`The settlements of a journal on ${name}`, () => {
    const rig = useJournal(make);
    const { bury, claimKeys, claimOne, deliver, idOf, reopen } = rig;

    test('The journal holds a conversation until the time of its retry and remembers that it failed', async () => {
      await rig.journal.append([row({ key: 'a' }), row({ key: 'b' }), row({ key: 'c', conversation: 'C2' })]);
      const id = await claimOne();
      expect(
        await rig.journal.settle('me', 2500, [
          { t: 'retry', id, nextAt: 4000, reason: 'busy', counted: true },
        ]),
      ).toEqual(['more']);
      await reopen();
      expect(await claimKeys(3999)).toEqual(['c']);
      const { rows } = await rig.journal.claim('me', 4000, [claimRequest()]);
      expect(rows[0]).toMatchObject({ key: 'a', attempts: 2, retried: true });
      await rig.journal.settle('me', 4500, [{ t: 'retry', id, nextAt: 4600, reason: 'busy', counted: true }]);
      const again = await rig.journal.claim('me', 4600, [claimRequest()]);
      expect(again.rows[0]).toMatchObject({ key: 'a', attempts: 3 });
    });

    test('The journal does not count an attempt that an outage spoiled, but remembers that it failed', async () => {
      await rig.journal.append([row()]);
      const id = await claimOne();
      await rig.journal.settle('me', 2500, [
        { t: 'retry', id, nextAt: 2600, reason: 'down', counted: false },
      ]);
      const { rows } = await rig.journal.claim('me', 2600, [claimRequest()]);
      expect(rows[0]).toMatchObject({ attempts: 1, retried: true });
    });

    test('The journal remembers when a dispatch had no answer, until an answer came', async () => {
      await rig.journal.append([row({ key: 'a', claimFor: 'me' }), row({ key: 'b' })]);
      const [first] = await rig.journal.takeOver('you', 2000, 10);
      expect(first?.unansweredAt).toBeUndefined();
      const { id } = first!;
      const retry = { t: 'retry', id, reason: 'reset', counted: false } as const;
      await rig.journal.settle('you', 2500, [{ ...retry, nextAt: 2600, unansweredAt: 2500 }]);
      await reopen();
      const claim = async (now: number) => (await rig.journal.claim('me', now, [claimRequest()])).rows[0];
      expect(await claim(2600)).toMatchObject({ key: 'a', unansweredAt: 2500 });
      await rig.journal.settle('me', 2700, [{ t: 'released', id }]);
      expect(await claim(2700)).toMatchObject({ unansweredAt: 2500 });
      await rig.journal.settle('me', 2800, [{ ...retry, nextAt: 2800 }]);
      expect((await claim(2800))?.unansweredAt).toBeUndefined();
    });

    test('The journal holds the conversation of a row that is to be looked up, and forgets the attempt', async () => {
      await rig.journal.append([row({ key: 'a' }), row({ key: 'b' })]);
      const id = await claimOne();
      expect(
        await rig.journal.settle('me', 2500, [{ t: 'deferred', id, nextAt: 9000, unansweredAt: 2400 }]),
      ).toEqual(['more']);
      expect((await rig.journal.ready()).map(({ readyAt }) => readyAt)).toEqual([9000]);
      await reopen();
      expect(await claimKeys(8999)).toEqual([]);
      const { rows } = await rig.journal.claim('me', 9000, [claimRequest()]);
      expect(rows).toMatchObject([{ key: 'a', attempts: 1, retried: false, unansweredAt: 2400 }]);
    });

    test('The journal remembers of a dead letter that its last dispatch had no answer', async () => {
      await rig.journal.append([row({ key: 'a' })]);
      const id = await claimOne();
      await rig.journal.settle('me', 3000, [{ t: 'dead', id, reason: 'reset', unansweredAt: 2900 }]);
      await rig.journal.resend([id], 4000);
      const { rows } = await rig.journal.claim('me', 4000, [claimRequest()]);
      expect(rows).toMatchObject([{ key: 'a', attempts: 1, unansweredAt: 2900 }]);
    });

    test('The journal forgets the attempt of a row that was released', async () => {
      await rig.journal.append([row()]);
      await rig.journal.settle('me', 2000, [{ t: 'released', id: await claimOne() }]);
      const { rows } = await rig.journal.claim('me', 2000, [claimRequest()]);
      expect(rows[0]).toMatchObject({ attempts: 1, retried: false });
    });

    test('The journal lets a conversation continue without the row that was given up', async () => {
      await rig.journal.append([row({ key: 'a' }), row({ key: 'b' })]);
      await bury(await claimOne());
      expect(await claimKeys(3000)).toEqual(['b']);
    });

    test.each([undefined, 'me'])(
      'The journal changes nothing for an owner whose claim was taken over (%s)',
      async (claimFor) => {
        const [appended] = await rig.journal.append([row({ claimFor })]);
        const id = idOf(appended) ?? (await claimOne());
        await rig.journal.takeOver('you', 2000, 10);
        expect(await deliver(id)).toEqual(['gone']);
        expect(
          await rig.journal.settle('you', 3000, [{ t: 'delivered', id, eventId: 'e', recovered: true }]),
        ).toEqual(['last']);
        expect(
          await rig.journal.settle('you', 3000, [{ t: 'delivered', id, eventId: 'e', recovered: true }]),
        ).toEqual(['gone']);
      },
    );

    test('The journal says of each settlement whether the conversation has rows left', async () => {
      await rig.journal.append([row({ key: 'a' }), row({ key: 'b' }), row({ key: 'click', urgent: true })]);
      expect(await deliver(await claimOne())).toEqual(['more']);
      expect(await bury(await claimOne(3000))).toEqual(['last']);
      const { rows } = await rig.journal.claim('me', 3000, [claimRequest({ urgent: true })]);
      expect(await rig.journal.settle('me', 3000, [{ t: 'released', id: rows[0]!.id }])).toEqual(['more']);
    });

    test('The journal gives the rows that a crash left in flight to the next owner, with their lanes', async () => {
      await rig.journal.append([row({ key: 'a' }), row({ key: 'b' }), row({ key: 'c', conversation: 'C2' })]);
      await claimKeys(2000, claimRequest({ limit: 2 }));
      await reopen();
      const first = await rig.journal.takeOver('you', 2000, 1);
      const second = await rig.journal.takeOver('you', 2000, 10);
      expect(await rig.journal.takeOver('you', 2000, 10)).toEqual([]);
      expect([...first, ...second].map((each) => each.key).sort()).toEqual(['a', 'c']);
      expect(first[0]).toMatchObject({ attempts: 1, retried: false, body: '{"n":1}' });
      expect(await claimKeys(9000)).toEqual([]);
      await rig.journal.settle(
        'you',
        2000,
        [...first, ...second].map(({ id }) => ({ t: 'released', id })),
      );
      expect(await claimKeys(9000)).toEqual(['a', 'c']);
    });

    test('The journal lets no conversation wait for a clock that was ahead before it was taken over', async () => {
      await rig.journal.append([row({ key: 'a', receivedAt: DAY })]);
      await rig.journal.append([row({ key: 'b', conversation: 'C2', receivedAt: 4000 })]);
      await reopen();
      expect(await claimKeys(3000)).toEqual([]);
      await rig.journal.takeOver('me', 5000, 10);
      expect(await claimKeys(4000)).toEqual(['b']);
      expect(await claimKeys(5000)).toEqual(['a']);
    });

    test('The journal lists dead letters with reason and body, and sends them again first in their conversation', async () => {
      await rig.journal.append([row({ key: 'a' }), row({ key: 'b' }), row({ key: 'c' })]);
      await bury(await claimOne(), 3000);
      await bury(await claimOne(4000), 3500);
      await reopen();
      const dead = await rig.journal.listDead({ after: 0, limit: 10 });
      expect(dead.map(({ key, reason, settledAt }) => ({ key, reason, settledAt }))).toEqual([
        { key: 'a', reason: 'too large', settledAt: 3000 },
        { key: 'b', reason: 'too large', settledAt: 3500 },
      ]);
      expect((await rig.journal.listDead({ after: dead[0]!.id, limit: 10 })).map((each) => each.key)).toEqual(
        ['b'],
      );
      expect(await rig.journal.resend([dead[1]!.id, 999], 4000)).toEqual([
        { id: dead[1]!.id, key: 'b', appId: 'A1', connectionId: 'con_1', bytes: 7 },
      ]);
      expect(await rig.journal.resend([dead[1]!.id], 4000)).toEqual([]);
      expect(await claimKeys(4000)).toEqual(['b']);
      expect((await rig.journal.listDead({ after: 0, limit: 10 })).map((each) => each.key)).toEqual(['a']);
    });

    test('The journal sends a dead letter again into a conversation that has nothing else left', async () => {
      await rig.journal.append([row()]);
      const id = await claimOne();
      await bury(id);
      expect(await rig.journal.ready()).toEqual([]);
      await rig.journal.resend([id], 4000);
      expect(await claimKeys(4000)).toEqual(['Ev1']);
    });
  });
}
