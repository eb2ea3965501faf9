import { describe, expect, test } from 'vitest';
import { useJournal, type EngineUnderTest } from './journal-rig.js';
import { claimRequest, row } from './rows.js';

/** Rows that are claimed as they are written, and never wait. */
export function describeClaimsInWriting(name: string, make: () => Promise<EngineUnderTest>): void {
  describe(`The claims in writing of a journal on ${name}`, () => {
    const rig = useJournal(make);
    const { bury, claimKeys, claimOne, deliver, idOf, reopen } = rig;

    test('The journal claims a row as it writes it, if the row leads its lane', async () => {
      const claimFor = 'me';
      const [first, behind, click, known, unasked] = await rig.journal.append([
        row({ key: 'a', claimFor }),
        row({ key: 'b', claimFor }),
        row({ key: 'c', urgent: true, claimFor }),
        row({ key: 'a', conversation: 'C2', claimFor }),
        row({ key: 'd', conversation: 'C3' }),
      ]);
      expect([first, click].map(idOf)).not.toContain(undefined);
      expect([behind, known, unasked]).toEqual(['behind', 'duplicate', 'first']);
      expect(await rig.journal.ready()).toEqual([
        { appId: 'A1', connectionId: 'con_1', urgent: false, readyAt: 1000 },
      ]);
      expect(await claimKeys()).toEqual(['d']);
      const id = idOf(first) ?? 0;
      expect(
        await rig.journal.settle('me', 2000, [{ t: 'retry', id, nextAt: 2100, reason: 'r', counted: true }]),
      ).toEqual(['more']);
      const { rows } = await rig.journal.claim('me', 2100, [claimRequest()]);
      const { turn } = rows[0]!;
      expect(rows).toEqual([{ ...row({ key: 'a' }), id, turn, attempts: 2, retried: true }]);
      expect(await deliver(id)).toEqual(['more']);
      expect(await claimKeys(3000)).toEqual(['b']);
    });

    test('The journal lets a conversation continue when the row that was claimed in writing has ended', async () => {
      const claimFor = 'me';
      const [first, behind] = await rig.journal.append([
        row({ key: 'a', claimFor }),
        row({ key: 'b', claimFor }),
      ]);
      expect(behind).toBe('behind');
      expect(await rig.journal.ready()).toEqual([]);
      expect(await deliver(idOf(first) ?? 0)).toEqual(['more']);
      expect(await claimKeys(3000)).toEqual(['b']);
      const [second] = await rig.journal.append([row({ key: 'c', conversation: 'C2', claimFor })]);
      expect(await bury(idOf(second) ?? 0)).toEqual(['last']);
      expect((await rig.journal.listDead({ after: 0, limit: 10 })).map(({ key }) => key)).toEqual(['c']);
      expect(await rig.journal.deadBody(idOf(second) ?? 0)).toBe('{"n":1}');
      const [third] = await rig.journal.append([row({ key: 'd', conversation: 'C2', claimFor })]);
      expect(await deliver(idOf(third) ?? 0)).toEqual(['last']);
      expect(await rig.journal.append([row({ key: 'd', conversation: 'C2', claimFor })])).toEqual([
        'duplicate',
      ]);
      await reopen();
      expect(await rig.journal.append([row({ key: 'd', conversation: 'C2', claimFor })])).toEqual([
        'duplicate',
      ]);
    });

    test('The journal counts rows that were claimed in writing until they have ended', async () => {
      const [first] = await rig.journal.append([
        row({ key: 'a', body: 'é', claimFor: 'me' }),
        row({ key: 'b', body: 'four' }),
      ]);
      const counts = async () =>
        (await rig.journal.stats()).sources.map(({ waiting, waitingBytes }) => [waiting, waitingBytes]);
      expect(await counts()).toEqual([[2, 6]]);
      await rig.journal.settle('me', 2000, [{ t: 'released', id: idOf(first) ?? 0 }]);
      expect(await counts()).toEqual([[2, 6]]);
      await deliver(await claimOne(3000));
      expect(await counts()).toEqual([[1, 4]]);
      await rig.journal.append([row({ key: 'c', conversation: 'C2', body: '123', claimFor: 'me' })]);
      await reopen();
      expect(await counts()).toEqual([[2, 7]]);
    });

    test('The journal gives rows that were claimed in writing to the next owner after a crash', async () => {
      await rig.journal.append([row({ key: 'a', claimFor: 'me' }), row({ key: 'b' })]);
      await reopen();
      const taken = await rig.journal.takeOver('you', 2000, 10);
      expect(taken.map(({ key, attempts, retried }) => ({ key, attempts, retried }))).toEqual([
        { key: 'a', attempts: 1, retried: false },
      ]);
      expect(await claimKeys(9000)).toEqual([]);
      await rig.journal.settle('you', 2000, [{ t: 'released', id: taken[0]!.id }]);
      expect(await claimKeys(9000)).toEqual(['a']);
    });

    test('The journal leaves no lane behind for a row that it has had', async () => {
      await rig.journal.append([row()]);
      expect(await deliver(await claimOne())).toEqual(['last']);
      expect(await rig.journal.append([row(), row({ claimFor: 'me' })])).toEqual(['duplicate', 'duplicate']);
      expect(await rig.journal.ready()).toEqual([]);
      const [next] = await rig.journal.append([row({ key: 'next', claimFor: 'me' })]);
      expect(idOf(next)).toBeDefined();
    });

    test('The journal sends a dead letter again behind the row of its conversation that was claimed in writing', async () => {
      const [dead] = await rig.journal.append([row({ key: 'dead', claimFor: 'me' })]);
      await bury(idOf(dead)!);
      const [flying] = await rig.journal.append([row({ key: 'flying', claimFor: 'me' })]);
      await rig.journal.resend([idOf(dead)!], 4000);
      expect(await claimKeys(4000)).toEqual([]);
      expect(await deliver(idOf(flying)!, 5000)).toEqual(['more']);
      const { rows } = await rig.journal.claim('me', 5000, [claimRequest()]);
      expect(rows.map(({ key }) => key)).toEqual(['dead']);
      await rig.journal.settle('me', 5000, [
        { t: 'retry', id: rows[0]!.id, nextAt: 6000, reason: 'r', counted: true },
      ]);
      expect(await rig.journal.ready()).toHaveLength(1);
      expect(await claimKeys(6000)).toEqual(['dead']);
    });

    test('The journal keeps the row that was claimed in writing over a crash when an older one is to be sent again', async () => {
      const [dead] = await rig.journal.append([row({ key: 'dead', claimFor: 'me' })]);
      await bury(idOf(dead)!);
      await rig.journal.append([row({ key: 'flying', claimFor: 'me' })]);
      await rig.journal.resend([idOf(dead)!], 4000);
      await claimKeys(4000);
      await reopen();
      const taken = await rig.journal.takeOver('next', 5000, 10);
      expect(taken.map(({ key }) => key)).toEqual(['flying']);
    });
  });
}
