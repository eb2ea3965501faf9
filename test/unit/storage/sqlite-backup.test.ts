import { mkdir, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import { backUpJournal, restoreJournal } from '../../../src/storage/sqlite/backup.js';
import { loadSqlite } from '../../../src/storage/sqlite/driver.js';
import { MIGRATIONS } from '../../../src/storage/sqlite/migrations.js';
import { openSqliteJournal } from '../../../src/storage/sqlite/sqlite-journal.js';
import { openInThread } from '../../conformance/in-thread-journal.js';
import { claimRequest, row } from '../../conformance/rows.js';
import { useFolder } from '../../helpers/use-folder.js';
import { makeJournal, waitingKeys } from './waiting-journal.js';

const MAX_BYTES = 1024 ** 3;

const folder = useFolder();
let path: string;
let target: string;

beforeEach(async () => {
  await mkdir(join(folder.path, 'data'));
  await mkdir(join(folder.path, 'copies'));
  path = join(folder.path, 'data', 'journal.sqlite');
  target = join(folder.path, 'copies', 'monday.sqlite');
});

const copies = (): Promise<string[]> => readdir(join(folder.path, 'copies'));
const data = async (): Promise<string[]> => (await readdir(join(folder.path, 'data'))).sort();

describe('a backup of the journal', () => {
  test('Of two backups to the same file at once one is refused, and the other one is whole', async () => {
    await makeJournal(path, 2000);
    const both = await Promise.allSettled([backUpJournal(path, target), backUpJournal(path, target)]);
    const refused = both.flatMap((each) => (each.status === 'rejected' ? [each.reason as unknown] : []));
    expect(refused).toEqual([
      expect.objectContaining({
        code: 'bad_input',
        message: expect.stringContaining('Another backup writes') as string,
      }),
    ]);
    expect(await copies()).toEqual(['monday.sqlite']);
    expect(await waitingKeys(target)).toHaveLength(1999);
  });

  test('A backup of a journal that is being written holds every event that was acknowledged before, in one file for its owner', async () => {
    const journal = await openSqliteJournal({ path, maxBytes: MAX_BYTES });
    const write = (n: number): Promise<unknown> =>
      journal.append([row({ key: `k${n}`, conversation: `C${n}`, body: 'x'.repeat(2000) })]);
    for (let n = 0; n < 500; n += 1) await write(n);
    let number = 500;
    const ended = new AbortController();
    const writing = (async () => {
      while (!ended.signal.aborted) await write(number++);
    })();
    const copied = await backUpJournal(path, target);
    ended.abort();
    await writing;
    await journal.close();
    expect(copied).toMatchObject({ path: target, schema: MIGRATIONS.length });
    expect(await copies()).toEqual(['monday.sqlite']);
    expect(((await stat(target)).mode & 0o777).toString(8)).toBe('600');
    expect((await stat(target)).size).toBe(copied.bytes);
    const kept = await waitingKeys(target);
    for (let n = 0; n < 500; n += 1) expect(kept).toContain(`k${n}`);
    expect(await waitingKeys(path)).toHaveLength(number);
  });

  test.each([
    ['a file that exists', () => writeFile(target, 'mine'), 'exists'],
    ['a link that leads nowhere', () => symlink('nowhere', target), 'exists'],
    ['a folder', () => mkdir(target), 'exists'],
    ['the journal', () => void (target = path), 'belongs to the journal itself'],
    [
      'a file that belongs to the journal',
      () => void (target = `${path}-wal`),
      'belongs to the journal itself',
    ],
    [
      'a file in a folder that is missing',
      () => void (target = join(folder.path, 'no', 'x')),
      'is not a folder',
    ],
  ])('Is not written over %s', async (_, prepare, sentence) => {
    await makeJournal(path);
    await prepare();
    const before = [await data(), await copies(), await readFile(path)];
    await expect(backUpJournal(path, target)).rejects.toMatchObject({
      code: 'bad_input',
      message: expect.stringContaining(sentence) as string,
    });
    expect([await data(), await copies(), await readFile(path)]).toEqual(before);
  });

  test('A backup without room for it leaves nothing behind, and the sentence says how much it takes', async () => {
    await makeJournal(path);
    await expect(backUpJournal(path, target, () => 10)).rejects.toMatchObject({
      code: 'journal_full',
      message: expect.stringMatching(
        /no room in .*copies .* takes up to \d+ bytes, and 10 are free/,
      ) as string,
    });
    expect(await copies()).toEqual([]);
  });

  test('No backup is made of a journal that is missing, of a file of another program, or of a damaged one', async () => {
    await expect(backUpJournal(path, target)).rejects.toMatchObject({ code: 'not_found' });
    const other = (await loadSqlite())(path);
    other.exec('CREATE TABLE t (x)');
    other.close();
    await expect(backUpJournal(path, target)).rejects.toMatchObject({ code: 'journal_damaged' });
    await rm(path);
    await makeJournal(path, 2000);
    const bytes = await readFile(path);
    await writeFile(path, bytes.fill(0x5a, 3 * 4096, bytes.length - 4096));
    await expect(backUpJournal(path, target)).rejects.toMatchObject({ code: 'journal_damaged' });
    expect(await copies()).toEqual([]);
    expect(await data()).toContain('journal.sqlite');
  });

  test('A file that a backup left when it was stopped does not hinder the next one', async () => {
    await makeJournal(path);
    await writeFile(`${target}.partial`, 'half of it');
    await backUpJournal(path, target);
    expect(await copies()).toEqual(['monday.sqlite']);
  });
});

describe('a restore of the journal', () => {
  test('Events of the copy are looked up before they are sent, its keys are known, and what was there is moved aside', async () => {
    await makeJournal(path);
    await backUpJournal(path, target);
    const journal = await openInThread(path);
    await journal.append([row({ key: 'later', conversation: 'new' })]);
    await journal.close();
    const restored = await restoreJournal(path, target);
    expect(restored).toMatchObject({ path, waiting: 2 });
    const after = await openInThread(path);
    expect(after.warning).toBeUndefined();
    const { rows } = await after.claim('me', 5000, [claimRequest()]);
    expect(rows.map(({ key, body }) => [key, body])).toEqual([
      ['k1', '{"n":1}'],
      ['k2', '{"n":2}'],
    ]);
    for (const { unansweredAt } of rows) expect(unansweredAt).toBeGreaterThan(0);
    expect(await after.append([row({ key: 'k0' }), row({ key: 'later', conversation: 'new' })])).toEqual([
      'duplicate',
      'first',
    ]);
    expect(await after.listDead({ after: 0, limit: 10 })).toMatchObject([{ key: 'k0' }]);
    await after.close();
    expect(await waitingKeys(restored.replaced ?? '')).toEqual(['k1', 'k2', 'later']);
    expect(((await stat(path)).mode & 0o777).toString(8)).toBe('600');
  });

  test('What a killed program left beside the journal goes with it, and is not read together with the copy', async () => {
    await makeJournal(path);
    await backUpJournal(path, target);
    const file = (await loadSqlite())(path);
    file.exec(`PRAGMA journal_mode = WAL; UPDATE events SET key = key || '-changed'`);
    const wal = await readFile(`${path}-wal`);
    file.close();
    await writeFile(`${path}-wal`, wal);
    await restoreJournal(path, target);
    expect(await waitingKeys(path)).toEqual(['k1', 'k2']);
  });

  test('A journal that a program uses stays as it is', async () => {
    await makeJournal(path);
    await backUpJournal(path, target);
    const journal = await openInThread(path);
    const before = await data();
    await expect(restoreJournal(path, target)).rejects.toMatchObject({ code: 'journal_locked' });
    expect(await data()).toEqual(before);
    expect(await journal.append([row({ key: 'goes on', conversation: 'new' })])).toEqual(['first']);
    await journal.close();
  });

  test('A copy of a newer version, or of another program, does not take the place of the journal', async () => {
    await makeJournal(path);
    await backUpJournal(path, target);
    const before = await data();
    const copy = (await loadSqlite())(target);
    copy.exec('PRAGMA user_version = 99');
    copy.close();
    await expect(restoreJournal(path, target)).rejects.toMatchObject({ code: 'journal_newer' });
    await writeFile(target, 'no database');
    await expect(restoreJournal(path, target)).rejects.toMatchObject({ code: 'journal_damaged' });
    await expect(restoreJournal(path, join(folder.path, 'missing'))).rejects.toMatchObject({
      code: 'not_found',
    });
    expect(await data()).toEqual(before);
    expect(await waitingKeys(path)).toEqual(['k1', 'k2']);
  });

  test('A journal whose file was lost is there again', async () => {
    await makeJournal(path);
    await backUpJournal(path, target);
    await rm(join(folder.path, 'data'), { recursive: true });
    await expect(restoreJournal(path, target)).rejects.toMatchObject({ code: 'journal_unavailable' });
    await mkdir(join(folder.path, 'data'));
    expect(await restoreJournal(path, target)).toMatchObject({ replaced: undefined });
    expect(await waitingKeys(path)).toEqual(['k1', 'k2']);
  });
});
