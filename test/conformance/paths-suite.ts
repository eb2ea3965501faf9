import { describe, expect, test } from 'vitest';
import type { PruneRequest, Settlement } from '../../src/storage/journal.js';
import type { PathNote } from '../../src/storage/paths.js';
import { useJournal, type EngineUnderTest } from './journal-rig.js';
import { claimRequest, row } from './rows.js';

const DAY = 86_400_000;
const NOTHING: PruneRequest = { bodiesBefore: 0, keysBefore: 0, pathsBefore: 0, deadBefore: 0, limit: 100 };

/** A step of the right length. */
const step = (name: string): string => name.padEnd(11, '.');

const note = (key: string, name: string, origin = 'origin'): PathNote => ({ key, origin, step: step(name) });

/** What any journal must do with the paths of events. */
export function describePaths(name: string, make: () => Promise<EngineUnderTest>): void {
  describe(`the paths of events in a journal on ${name}`, () => {
    const rig = useJournal(make);

    /** Writes a row that is claimed in being written. */
    async function begin(key: string, conversation = key): Promise<number> {
      const [appended] = await rig.journal.append([row({ key, conversation, claimFor: 'me' })]);
      if (typeof appended !== 'object') throw new Error(`${key} is ${appended}`);
      return appended.claimed;
    }

    const settle = (settlement: Settlement, now = 3000) => rig.journal.settle('me', now, [settlement]);
    const delivered = (id: number, eventId: string): Settlement => ({
      ...{ t: 'delivered', id, eventId, recovered: false },
    });

    test('The journal finds the path of an event by its key and by the event id of the server', async () => {
      const id = await begin('Ev1');
      await settle({ path: note('Ev1', 'sent', 'from "one" \\0'), ...delivered(id, 'evt_1') });
      const path = {
        id,
        key: 'Ev1',
        eventId: 'evt_1',
        origin: 'from "one" \\0',
        count: 1,
        steps: [step('sent')],
      };
      expect(await rig.journal.findPaths('Ev1')).toEqual([path]);
      expect(await rig.journal.findPaths('evt_1')).toEqual([path]);
      expect(await rig.journal.findPaths('Ev2')).toEqual([]);
      await rig.reopen();
      expect(await rig.journal.findPaths('evt_1')).toEqual([path]);
    });

    test('The journal adds the steps of later dispatches, and keeps the first two and the last two', async () => {
      let id = await begin('Ev1');
      for (let number = 1; number <= 6; number++) {
        const path = note('Ev1', `${number}`, number === 1 ? 'first' : 'later');
        await settle({ t: 'retry', id, nextAt: 3000, reason: 'down', counted: false, path });
        const { rows } = await rig.journal.claim('me', 3000, [claimRequest()]);
        id = rows[0]!.id;
      }
      await settle({ path: note('Ev1', '7', 'last'), ...delivered(id, 'evt_1') });
      expect(await rig.journal.findPaths('evt_1')).toEqual([
        {
          id,
          key: 'Ev1',
          eventId: 'evt_1',
          origin: 'first',
          count: 7,
          steps: [step('1'), step('2'), step('6'), step('7')],
        },
      ]);
    });

    test('The journal takes a later note without a step for a new origin, before the end and after it', async () => {
      const id = await begin('Ev1');
      await rig.journal.notePath(id, { key: 'Ev1', origin: 'early', step: '' }, 2000);
      expect(await rig.journal.findPaths('Ev1')).toMatchObject([
        { origin: 'early', count: 0, steps: [], eventId: '' },
      ]);
      await settle({ path: note('Ev1', 'sent'), ...delivered(id, 'evt_1') });
      await rig.journal.notePath(id, { key: 'Ev1', origin: 'late', step: '' }, 4000);
      expect(await rig.journal.findPaths('Ev1')).toMatchObject([
        { origin: 'late', count: 1, eventId: 'evt_1' },
      ]);
    });

    test("The journal notes nothing with a claim that is no longer the owner's", async () => {
      const id = await begin('Ev1');
      await rig.journal.takeOver('you', 2000, 10);
      expect(await settle({ path: note('Ev1', 'sent'), ...delivered(id, 'evt_1') })).toEqual(['gone']);
      expect(await rig.journal.findPaths('Ev1')).toEqual([]);
    });

    test('The journal keeps a path until it is old, whatever became of its row', async () => {
      const old = await begin('Ev1');
      await settle({ path: note('Ev1', 'sent'), ...delivered(old, 'evt_1') }, 3000);
      const dead = await begin('Ev2');
      await settle({ t: 'dead', id: dead, reason: 'r', path: note('Ev2', 'no') }, 5000);
      await rig.journal.removeConnection('con_1', 100);
      await rig.journal.prune({ ...NOTHING, pathsBefore: 3000 });
      expect(await rig.journal.findPaths('Ev1')).toHaveLength(1);
      await rig.journal.prune({ ...NOTHING, pathsBefore: 3001 });
      expect(await rig.journal.findPaths('Ev1')).toEqual([]);
      expect(await rig.journal.findPaths('Ev2')).toHaveLength(1);
    });

    test('The journal never gives the id of a path to another row', async () => {
      const id = await begin('Ev1');
      await settle({ path: note('Ev1', 'sent'), ...delivered(id, 'evt_1') });
      while ((await rig.journal.prune({ ...NOTHING, bodiesBefore: DAY, keysBefore: DAY, limit: 1 })).more);
      await rig.reopen();
      expect(await begin('Ev2')).toBeGreaterThan(id);
    });

    test('The journal says where the rows with a key are, of every app and connection', async () => {
      const sent = await begin('Ev1', 'C1');
      await rig.journal.append([row({ key: 'Ev1', connectionId: 'con_2' }), row({ key: 'other' })]);
      const states = async (key = 'Ev1') =>
        (await rig.journal.findRows(key))
          .map(({ connectionId, state, attempts, reason }) => [connectionId, state, attempts, reason])
          .sort();
      expect(await states()).toEqual([
        ['con_1', 'sending', 1, undefined],
        ['con_2', 'waiting', 0, undefined],
      ]);
      const { rows } = await rig.journal.claim('me', 2000, [claimRequest({ connectionId: 'con_2' })]);
      const { id } = rows[0]!;
      await settle({ t: 'retry', id, nextAt: 4000, reason: 'busy', counted: true });
      await settle(delivered(sent, 'evt_1'));
      expect(await states()).toEqual([
        ['con_1', 'ended', expect.any(Number), undefined],
        ['con_2', 'waiting', 1, 'busy'],
      ]);
      await rig.journal.claim('me', 4000, [claimRequest({ connectionId: 'con_2' })]);
      await settle({ t: 'dead', id, reason: 'too large' }, 5000);
      expect(await rig.journal.findRows('Ev1')).toContainEqual({
        ...{ id, appId: 'A1', connectionId: 'con_2', receivedAt: 1000, state: 'dead' },
        ...{ attempts: 2, reason: 'too large' },
      });
      expect(await states('Ev9')).toEqual([]);
    });
  });
}
