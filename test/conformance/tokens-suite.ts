import { describe, expect, test } from 'vitest';
import type { TokenRecord } from '../../src/storage/tokens.js';
import { useJournal, type EngineUnderTest } from './journal-rig.js';

const DAY = 86_400_000;
const MOST = 100_000;

function record(hash: string, more: Partial<TokenRecord> = {}): TokenRecord {
  const place = { appId: 'A1', enterpriseId: 'E1', teamId: 'T1', botUserId: 'U1', botId: 'B1' };
  return { hash, ...place, saidAt: 1_000, ...more };
}

/** What any store of what Slack said about tokens must do, whatever it is built on. */
export function describeTokens(name: string, make: () => Promise<EngineUnderTest>): void {
  describe(`The memory of tokens on ${name}`, () => {
    const rig = useJournal(make);
    const { reopen } = rig;

    const hashesOf = async (...hashes: string[]): Promise<string[]> =>
      (await rig.journal.tokens.recall(hashes)).map(({ hash }) => hash).sort();

    test('The store of tokens keeps the first key that it was given, also over a restart', async () => {
      expect(await rig.journal.tokens.key('first')).toBe('first');
      expect(await rig.journal.tokens.key('second')).toBe('first');
      await reopen();
      expect(await rig.journal.tokens.key('third')).toBe('first');
    });

    test('The store of tokens returns what was remembered, also over a restart, and nothing else', async () => {
      const appLevel = record('b', { enterpriseId: '', teamId: '', botUserId: '', botId: '' });
      await rig.journal.tokens.remember(record('a'), 2_000, MOST);
      await rig.journal.tokens.remember(appLevel, 2_000, MOST);
      await reopen();
      expect(await rig.journal.tokens.recall(['a', 'c'])).toEqual([record('a')]);
      expect(await rig.journal.tokens.recall(['b'])).toEqual([appLevel]);
      expect(await rig.journal.tokens.recall([])).toEqual([]);
    });

    test('The store of tokens replaces an older answer about the same token', async () => {
      await rig.journal.tokens.remember(record('a'), 2_000, MOST);
      const anew = record('a', { enterpriseId: 'E2', saidAt: 5_000 });
      await rig.journal.tokens.remember(anew, 2_000, MOST);
      expect(await rig.journal.tokens.recall(['a'])).toEqual([anew]);
    });

    test('The store of tokens forgets one record and leaves the others', async () => {
      for (const hash of ['a', 'b']) await rig.journal.tokens.remember(record(hash), 2_000, MOST);
      await rig.journal.tokens.forget('a');
      await rig.journal.tokens.forget('never known');
      await reopen();
      expect(await hashesOf('a', 'b')).toEqual(['b']);
    });

    test('The store of tokens removes records that no connection has used for 30 days, and none in use', async () => {
      for (const hash of ['used', 'recent', 'old']) await rig.journal.tokens.remember(record(hash), 0, MOST);
      await rig.journal.tokens.retain({
        inUse: ['used', 'recent'],
        now: DAY,
        unusedBefore: -DAY,
        most: MOST,
      });
      const now = 31 * DAY - 1;
      const removed = await rig.journal.tokens.retain({
        inUse: ['used'],
        now,
        unusedBefore: now - 30 * DAY,
        most: MOST,
      });
      expect(removed).toBe(1);
      expect(await hashesOf('used', 'recent', 'old')).toEqual(['recent', 'used']);
      await rig.journal.tokens.retain({ inUse: ['used'], now: now + 2, unusedBefore: DAY + 1, most: MOST });
      expect(await hashesOf('used', 'recent', 'old')).toEqual(['used']);
    });

    test('The store of tokens has no more records than it may, and removes those that were used longest ago', async () => {
      for (const [at, hash] of ['a', 'b', 'c'].entries())
        await rig.journal.tokens.remember(record(hash), at, 3);
      await rig.journal.tokens.retain({ inUse: ['a'], now: 10, unusedBefore: 0, most: 3 });
      await rig.journal.tokens.remember(record('d'), 11, 3);
      expect(await hashesOf('a', 'b', 'c', 'd')).toEqual(['a', 'c', 'd']);
      expect(await rig.journal.tokens.retain({ inUse: ['c'], now: 12, unusedBefore: 0, most: 1 })).toBe(2);
      expect(await hashesOf('a', 'b', 'c', 'd')).toEqual(['c']);
    });

    test('The store of tokens takes many records at once and continues with the newest of them', async () => {
      const all = Array.from({ length: 1_005 }, (_, n) => `${n}`);
      await Promise.all(all.map((hash, n) => rig.journal.tokens.remember(record(hash), n, 1_000)));
      expect(await hashesOf(...all.slice(0, 10))).toEqual(['5', '6', '7', '8', '9']);
      expect(await hashesOf(...all)).toHaveLength(1_000);
    });
  });
}
