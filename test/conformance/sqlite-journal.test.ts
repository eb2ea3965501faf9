import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { openSqliteJournal } from '../../src/storage/sqlite/sqlite-journal.js';
import { openInThread } from './in-thread-journal.js';
import { describeJournal, type EngineUnderTest } from './journal-suite.js';
import { row } from './rows.js';
import { describeTokens } from './tokens-suite.js';

async function sqlite(): Promise<EngineUnderTest> {
  const folder = await mkdtemp(join(tmpdir(), 'journal-'));
  return {
    open: () => openInThread(join(folder, 'journal.db')),
    dispose: () => rm(folder, { recursive: true }),
  };
}

describeJournal('SQLite', sqlite);
describeTokens('SQLite', sqlite);

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
