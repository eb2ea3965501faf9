import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { JournalDatabase } from '../../src/storage/journal.js';
import { openSqliteJournal } from '../../src/storage/sqlite/sqlite-journal.js';
import { openInThread } from './in-thread-journal.js';
import { describeDeadLetters } from './dead-letters-suite.js';
import { describeJournal } from './journal-suite.js';
import type { EngineUnderTest } from './journal-rig.js';
import { describePaths } from './paths-suite.js';
import { claimRequest, row } from './rows.js';
import { describeTokens } from './tokens-suite.js';

async function sqlite(): Promise<EngineUnderTest> {
  const folder = await mkdtemp(join(tmpdir(), 'journal-'));
  return {
    open: () => openInThread(join(folder, 'journal.db')),
    dispose: () => rm(folder, { recursive: true }),
  };
}

describeJournal('SQLite', sqlite);
describeDeadLetters('SQLite', sqlite);
describePaths('SQLite', sqlite);
describeTokens('SQLite', sqlite);

describe('The file of a journal on SQLite', () => {
  const DAY = 86_400_000;
  let engine: EngineUnderTest;
  let journal: JournalDatabase;

  beforeEach(async () => {
    engine = await sqlite();
    journal = await engine.open();
  });

  afterEach(async () => {
    await journal.close();
    await engine.dispose();
  });

  async function deliverAll(): Promise<void> {
    const { rows } = await journal.claim('me', 2000, [claimRequest({ limit: 3000 })]);
    await journal.settle(
      'me',
      3000,
      rows.map(({ id }) => ({ t: 'delivered', id, eventId: '', recovered: false })),
    );
  }

  test('A journal on SQLite prunes bodies before keys, and keeps the key of a row that waits', async () => {
    await journal.append([1, 2, 3].map((n) => row({ key: `d${n}`, conversation: `C${n}` })));
    await deliverAll();
    await journal.append([row({ key: 'waiting' })]);

    const early = { bodiesBefore: 3000, keysBefore: 3000, pathsBefore: 0, deadBefore: 3000, limit: 2 };
    expect(await journal.prune(early)).toEqual({ more: false, deadForRoom: 0 });
    expect(await journal.prune({ ...early, bodiesBefore: 3001 })).toMatchObject({ more: true });
    expect(await journal.prune({ ...early, bodiesBefore: 3001 })).toMatchObject({ more: false });
    expect(await journal.append([row({ key: 'd1' })])).toEqual(['duplicate']);

    const late = { bodiesBefore: DAY, keysBefore: DAY, pathsBefore: 0, deadBefore: DAY, limit: 10 };
    expect(await journal.prune(late)).toEqual({ more: false, deadForRoom: 0 });
    expect(await journal.append([row({ key: 'd1' }), row({ key: 'waiting' })])).toEqual([
      'behind',
      'duplicate',
    ]);
  });

  test('A journal on SQLite gives room back to the disk after a large backlog was delivered', async () => {
    const body = 'x'.repeat(20_000);
    const keys = Array.from({ length: 3000 }, (_, n) => `k${n}`);
    await journal.append(keys.map((key) => row({ key, conversation: key, body })));
    const full = await journal.stats();
    await deliverAll();
    const request = { bodiesBefore: DAY, keysBefore: 0, pathsBefore: 0, deadBefore: 0, limit: 200 };
    while ((await journal.prune(request)).more);
    while (await journal.compact());
    const after = await journal.stats();
    expect(after.usedBytes).toBeLessThan(full.usedBytes / 10);
    expect(after.fileBytes).toBeLessThan(full.fileBytes / 2);
  });
});

describe('a journal on SQLite in a thread of its own', () => {
  test('A journal in a thread answers many callers at once, each with what it asked', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'journal-'));
    const journal = await openSqliteJournal({ path: join(folder, 'journal.db'), maxBytes: 1024 ** 3 });
    const keys = Array.from({ length: 200 }, (_, n) => `${n}`);
    await Promise.all(
      keys.map(async (key) =>
        expect(await journal.append([row({ key }), row({ key })])).toEqual([
          key === '0' ? 'first' : 'behind',
          'duplicate',
        ]),
      ),
    );
    const claimed = journal.claim('me', 2000, [{ ...row(), limit: 1 }]);
    const closed = journal.close();
    expect((await claimed).rows[0]!.key).toBe('0');
    await closed;
    await expect(journal.append([row({ key: 'late' })])).rejects.toMatchObject({ code: 'stopped' });
    const reopened = await openSqliteJournal({ path: join(folder, 'journal.db'), maxBytes: 1024 ** 3 });
    expect((await reopened.stats()).sources[0]!.waiting).toBe(200);
    await reopened.close();
    await rm(folder, { recursive: true });
  });
});
