import { describe, expect, test } from 'vitest';
import { randomLife } from './journal-random-life.js';
import { useJournal, type EngineUnderTest } from './journal-rig.js';
import { claimRequest, row } from './rows.js';

/** How rows are written and claimed: each key once, each lane in its order. */
export function describeLanes(name: string, make: () => Promise<EngineUnderTest>): void {
  describe(`The lanes of a journal on ${name}`, () => {
    const rig = useJournal(make);
    const { claimKeys, claimOne, deliver, reopen } = rig;

    test('The journal tells rows whose key the app and the connection have had, and rows that lead their lane', async () => {
      expect(await rig.journal.append([row(), row({ key: 'Ev2' }), row()])).toEqual([
        'first',
        'behind',
        'duplicate',
      ]);
      expect(await rig.journal.append([row(), row({ appId: 'A2' }), row({ connectionId: 'con_2' })])).toEqual(
        ['duplicate', 'first', 'first'],
      );
    });

    test('The journal knows keys after it was closed, and after the row was delivered and its body removed', async () => {
      await rig.journal.append([row()]);
      await deliver(await claimOne());
      await rig.journal.prune({
        bodiesBefore: 10_000,
        keysBefore: 0,
        pathsBefore: 0,
        deadBefore: 0,
        limit: 10,
      });
      await reopen();
      expect(await rig.journal.append([row()])).toEqual(['duplicate']);
    });

    test('The journal returns a row as it was written', async () => {
      const written = row({
        kind: 'interactive',
        body: '{"text":"\u{1F600} ünïcode \\u0000 \\"quoted\\""}',
        urgent: true,
        conversation: 'D\u00e9',
        receivedAt: 1_790_000_000_123,
      });
      await rig.journal.append([written]);
      await reopen();
      const { rows } = await rig.journal.claim('me', 1_790_000_000_123, [claimRequest({ urgent: true })]);
      const { id, turn } = rows[0]!;
      expect(rows).toEqual([{ ...written, id, turn, attempts: 1, retried: false }]);
    });

    test('The journal returns the rows of a conversation one at a time, in the order of writing', async () => {
      await rig.journal.append([row({ key: 'a' }), row({ key: 'b', receivedAt: 900 }), row({ key: 'c' })]);
      for (const key of ['a', 'b', 'c']) {
        const { rows } = await rig.journal.claim('me', 3000, [claimRequest()]);
        expect(rows.map((each) => each.key)).toEqual([key]);
        expect(await claimKeys()).toEqual([]);
        await deliver(rows[0]!.id);
      }
      expect(await claimKeys(9000)).toEqual([]);
    });

    test('The journal returns different conversations at once, the one that waits longest first, within the limit', async () => {
      await rig.journal.append([
        row({ key: 'late', conversation: 'C1', receivedAt: 1003 }),
        row({ key: 'early', conversation: 'C2', receivedAt: 1001 }),
        row({ key: 'middle', conversation: '', receivedAt: 1002 }),
      ]);
      expect(await claimKeys(2000, claimRequest({ limit: 2 }))).toEqual(['early', 'middle']);
      expect(await claimKeys()).toEqual(['late']);
    });

    test('The journal keeps urgent rows apart from events of the same conversation', async () => {
      await rig.journal.append([row({ key: 'event' }), row({ key: 'click', urgent: true })]);
      expect(await claimKeys(2000, claimRequest({ urgent: true }))).toEqual(['click']);
      expect(await claimKeys()).toEqual(['event']);
    });

    test('The journal gives a source only its own rows', async () => {
      await rig.journal.append([row(), row({ connectionId: 'con_2', key: 'other' })]);
      expect(
        await claimKeys(2000, claimRequest({ connectionId: 'con_3' }), claimRequest({ appId: 'A9' })),
      ).toEqual([]);
      expect(await claimKeys(2000, claimRequest({ connectionId: 'con_2' }))).toEqual(['other']);
    });

    test('The journal says when the next lane is ready, and leaves out lanes that are held', async () => {
      await rig.journal.append([row(), row({ key: 'b', conversation: 'C2', receivedAt: 5000 })]);
      expect((await rig.journal.claim('me', 2000, [claimRequest()])).next).toEqual([
        { appId: 'A1', connectionId: 'con_1', urgent: false, readyAt: 5000 },
      ]);
      expect(await rig.journal.ready()).toEqual([
        { appId: 'A1', connectionId: 'con_1', urgent: false, readyAt: 5000 },
      ]);
      expect((await rig.journal.claim('me', 5000, [claimRequest()])).next).toEqual([]);
      expect(await rig.journal.ready()).toEqual([]);
    });

    test('The journal keeps order and counts through a random life', async () => {
      const seed = Math.floor(Math.random() * 1e9);
      await randomLife(seed, { journal: () => rig.journal, reopen }).catch((cause: unknown) => {
        throw new Error(`with seed ${seed}`, { cause });
      });
    });
  });
}
