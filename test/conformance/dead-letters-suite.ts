import { describe, expect, test } from 'vitest';
import type { DeadFilter } from '../../src/storage/dead-letters.js';
import type { RowToAppend } from '../../src/storage/rows.js';
import { useJournal, type EngineUnderTest } from './journal-rig.js';
import { claimRequest, row } from './rows.js';

/** What any journal must do with dead letters, beyond sending one again. */
export function describeDeadLetters(name: string, make: () => Promise<EngineUnderTest>): void {
  describe(`the dead letters of a journal on ${name}`, () => {
    const rig = useJournal(make);

    interface Fate {
      readonly type?: string;
      readonly channel?: string;
      readonly at?: number;
    }

    /** Writes a row and gives it up; answers its id. */
    async function bury(
      over: Partial<RowToAppend>,
      { type, channel, at = 3000 }: Fate = {},
    ): Promise<number> {
      const written = row(over);
      await rig.journal.append([written]);
      const { appId, connectionId, urgent } = written;
      const { rows } = await rig.journal.claim('me', 2000, [claimRequest({ appId, connectionId, urgent })]);
      const { id } = rows[0]!;
      await rig.journal.settle('me', at, [{ t: 'dead', id, reason: 'too large', type, channel }]);
      return id;
    }

    async function keys(filter: DeadFilter = {}): Promise<string[]> {
      return (await rig.journal.listDead({ after: 0, limit: 10, ...filter })).map(({ key }) => key);
    }

    test('The journal lists what a dead letter was without its body, which is asked for by itself', async () => {
      const id = await bury(
        { key: 'Evé \\0', kind: 'interactive', urgent: true, body: '{"text":"private"}' },
        { type: 'interaction', channel: 'C9' },
      );
      expect(await rig.journal.listDead({ after: 0, limit: 10 })).toEqual([
        {
          id,
          appId: 'A1',
          connectionId: 'con_1',
          key: 'Evé \\0',
          kind: 'interactive',
          type: 'interaction',
          channel: 'C9',
          receivedAt: 1000,
          attempts: 1,
          reason: 'too large',
          settledAt: 3000,
        },
      ]);
      expect(await rig.journal.deadBody(id)).toBe('{"text":"private"}');
      expect(await rig.journal.deadBody(id + 1)).toBeUndefined();
    });

    test('The journal lists a dead letter of which no event could be made by its kind and its conversation', async () => {
      await bury({ key: 'a', conversation: 'C5' });
      expect(await rig.journal.listDead({ after: 0, limit: 10 })).toMatchObject([
        { type: 'events_api', channel: 'C5' },
      ]);
      expect(await keys({ type: 'events_api', channel: 'C5' })).toEqual(['a']);
    });

    test('The journal lists the dead letters to which everything applies that is asked for, page by page', async () => {
      await bury({ key: 'a' }, { type: 'message', channel: 'C1', at: 3000 });
      await bury({ key: 'b' }, { type: 'message', channel: 'C2', at: 4000 });
      await bury({ key: 'c', connectionId: 'con_2' }, { type: 'message', channel: 'C1', at: 5000 });
      const last = await bury({ key: 'd' }, { type: 'app_mention', channel: 'C1', at: 6000 });
      expect(await keys({ type: 'message' })).toEqual(['a', 'b', 'c']);
      expect(await keys({ channel: 'C1' })).toEqual(['a', 'c', 'd']);
      expect(await keys({ connectionIds: ['con_2', 'con_3'] })).toEqual(['c']);
      expect(await keys({ connectionIds: [] })).toEqual([]);
      expect(await keys({ before: 5000 })).toEqual(['a', 'b']);
      expect(await keys({ connectionIds: ['con_1'], type: 'message', channel: 'C1' })).toEqual(['a']);
      const [first] = await rig.journal.listDead({ after: 0, limit: 1, type: 'message' });
      expect(await keys({ type: 'message' })).toHaveLength(3);
      const rest = await rig.journal.listDead({ after: first!.id, limit: 10, type: 'message' });
      expect(rest.map(({ key }) => key)).toEqual(['b', 'c']);
      expect(await rig.journal.listDead({ after: last, limit: 10 })).toEqual([]);
    });

    test('The journal removes a dead letter that is discarded, and still knows its key', async () => {
      const id = await bury({ key: 'a' });
      await bury({ key: 'b' });
      expect(await rig.journal.discard([id, 999])).toEqual([
        { id, key: 'a', appId: 'A1', connectionId: 'con_1', bytes: 7 },
      ]);
      expect(await rig.journal.discard([id])).toEqual([]);
      expect(await rig.journal.resend([id], 4000)).toEqual([]);
      expect(await rig.journal.deadBody(id)).toBeUndefined();
      expect(await keys()).toEqual(['b']);
      expect((await rig.journal.stats()).sources.map(({ dead }) => dead)).toEqual([1]);
      expect(await rig.journal.append([row({ key: 'a' })])).toEqual(['duplicate']);
    });
  });
}
