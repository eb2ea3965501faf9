import { mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { backUpJournal, restoreJournal } from '../../../src/storage/sqlite/backup.js';
import { loadSqlite } from '../../../src/storage/sqlite/driver.js';
import { backUpBeforeMigration } from '../../../src/storage/sqlite/migration-backup.js';
import { MIGRATIONS } from '../../../src/storage/sqlite/migrations.js';
import { openSqliteJournal } from '../../../src/storage/sqlite/sqlite-journal.js';
import { openInThread } from '../../conformance/in-thread-journal.js';
import { claimRequest, row } from '../../conformance/rows.js';
import { runWords } from '../cli/run-words.js';

const MAX_BYTES = 1024 ** 3;

let folder: string;
let path: string;
let target: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'backup-'));
  await mkdir(join(folder, 'data'));
  await mkdir(join(folder, 'copies'));
  path = join(folder, 'data', 'journal.sqlite');
  target = join(folder, 'copies', 'monday.sqlite');
});

afterEach(async () => {
  await rm(folder, { recursive: true });
});

const copies = (): Promise<string[]> => readdir(join(folder, 'copies'));
const data = async (): Promise<string[]> => (await readdir(join(folder, 'data'))).sort();

/** A journal that waits with so many rows, of which the first was given up. */
async function makeJournal(rows = 3): Promise<void> {
  const journal = await openInThread(path);
  await journal.append(
    Array.from({ length: rows }, (_, n) => row({ key: `k${n}`, conversation: `C${n}`, body: `{"n":${n}}` })),
  );
  const { rows: claimed } = await journal.claim('me', 2000, [claimRequest({ limit: 1 })]);
  await journal.settle('me', 2000, [{ t: 'dead', id: claimed[0]!.id, reason: 'refused' }]);
  await journal.close();
}

async function makeOldJournal(schema: number): Promise<void> {
  const database = (await loadSqlite())(path);
  database.exec(`PRAGMA application_id = 1634431850; ${MIGRATIONS.slice(0, schema).join('')}
    INSERT INTO sources (id, app_id, connection_id, waiting, waiting_bytes) VALUES (1, 'A1', 'con_1', 1, 2);
    INSERT INTO events (id, source_id, key, kind, conversation, urgent, size, received_at)
      VALUES (1, 1, 'old', 'events_api', 'C1', 0, 2, 1000);
    INSERT INTO bodies (event_id, body) VALUES (1, '{}');
    INSERT INTO lanes (source_id, urgent, conversation, ready_at) VALUES (1, 0, 'C1', 1000);
    PRAGMA user_version = ${schema};`);
  database.close();
}

async function waitingKeys(at = path): Promise<string[]> {
  const journal = await openInThread(at);
  const { rows } = await journal.claim('me', Number.MAX_SAFE_INTEGER, [claimRequest({ limit: 10_000 })]);
  await journal.close();
  return rows.map(({ key }) => key).sort();
}

describe('a backup of the journal', () => {
  test('Of two backups to the same file at once one is refused, and the other one is whole', async () => {
    await makeJournal(2000);
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
    expect(await waitingKeys()).toHaveLength(number);
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
    ['a file in a folder that is missing', () => void (target = join(folder, 'no', 'x')), 'is not a folder'],
  ])('Is not written over %s', async (_, prepare, sentence) => {
    await makeJournal();
    await prepare();
    const before = [await data(), await copies(), await readFile(path)];
    await expect(backUpJournal(path, target)).rejects.toMatchObject({
      code: 'bad_input',
      message: expect.stringContaining(sentence) as string,
    });
    expect([await data(), await copies(), await readFile(path)]).toEqual(before);
  });

  test('A backup without room for it leaves nothing behind, and the sentence says how much it takes', async () => {
    await makeJournal();
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
    await makeJournal(2000);
    const bytes = await readFile(path);
    await writeFile(path, bytes.fill(0x5a, 3 * 4096, bytes.length - 4096));
    await expect(backUpJournal(path, target)).rejects.toMatchObject({ code: 'journal_damaged' });
    expect(await copies()).toEqual([]);
    expect(await data()).toContain('journal.sqlite');
  });

  test('A file that a backup left when it was stopped does not hinder the next one', async () => {
    await makeJournal();
    await writeFile(`${target}.partial`, 'half of it');
    await backUpJournal(path, target);
    expect(await copies()).toEqual(['monday.sqlite']);
  });
});

describe('a restore of the journal', () => {
  test('Events of the copy are looked up before they are sent, its keys are known, and what was there is moved aside', async () => {
    await makeJournal();
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
    expect(await waitingKeys(restored.replaced)).toEqual(['k1', 'k2', 'later']);
    expect(((await stat(path)).mode & 0o777).toString(8)).toBe('600');
  });

  test('What a killed program left beside the journal goes with it, and is not read together with the copy', async () => {
    await makeJournal();
    await backUpJournal(path, target);
    const file = (await loadSqlite())(path);
    file.exec(`PRAGMA journal_mode = WAL; UPDATE events SET key = key || '-changed'`);
    const wal = await readFile(`${path}-wal`);
    file.close();
    await writeFile(`${path}-wal`, wal);
    await restoreJournal(path, target);
    expect(await waitingKeys()).toEqual(['k1', 'k2']);
  });

  test('A journal that a program uses stays as it is', async () => {
    await makeJournal();
    await backUpJournal(path, target);
    const journal = await openInThread(path);
    const before = await data();
    await expect(restoreJournal(path, target)).rejects.toMatchObject({ code: 'journal_locked' });
    expect(await data()).toEqual(before);
    expect(await journal.append([row({ key: 'goes on', conversation: 'new' })])).toEqual(['first']);
    await journal.close();
  });

  test('A copy of a newer version, or of another program, does not take the place of the journal', async () => {
    await makeJournal();
    await backUpJournal(path, target);
    const before = await data();
    const copy = (await loadSqlite())(target);
    copy.exec('PRAGMA user_version = 99');
    copy.close();
    await expect(restoreJournal(path, target)).rejects.toMatchObject({ code: 'journal_newer' });
    await writeFile(target, 'no database');
    await expect(restoreJournal(path, target)).rejects.toMatchObject({ code: 'journal_damaged' });
    await expect(restoreJournal(path, join(folder, 'missing'))).rejects.toMatchObject({ code: 'not_found' });
    expect(await data()).toEqual(before);
    expect(await waitingKeys()).toEqual(['k1', 'k2']);
  });

  test('A journal whose file was lost is there again', async () => {
    await makeJournal();
    await backUpJournal(path, target);
    await rm(join(folder, 'data'), { recursive: true });
    await expect(restoreJournal(path, target)).rejects.toMatchObject({ code: 'journal_unavailable' });
    await mkdir(join(folder, 'data'));
    expect(await restoreJournal(path, target)).toMatchObject({ replaced: undefined });
    expect(await waitingKeys()).toEqual(['k1', 'k2']);
  });
});

describe('a new version that changes the schema of the journal', () => {
  test('A new version copies the journal first, and the copy can be given back to the version before', async () => {
    await makeOldJournal(3);
    await (await openInThread(path)).close();
    const [copy = ''] = (await data()).filter((name) => name.endsWith('.backup'));
    expect(copy).toMatch(/^journal\.sqlite\.schema-3\.[\dTZ-]+\.backup$/);
    expect(((await stat(join(folder, 'data', copy))).mode & 0o777).toString(8)).toBe('600');
    expect(await restoreJournal(path, join(folder, 'data', copy))).toMatchObject({ schema: 3, waiting: 1 });
    expect(await waitingKeys()).toEqual(['old']);
  });

  test('A new version makes no copy of a journal that is new or up to date', async () => {
    await makeJournal();
    await (await openInThread(path)).close();
    expect((await data()).filter((name) => name.includes('backup'))).toEqual([]);
  });

  test('A new version keeps the latest copies, and removes nothing else that lies beside the journal', async () => {
    const times = ['2026-01-01T00-00-00-000Z', '2026-03-01T00-00-00-000Z'];
    const [oldest, middle] = times.map((time, at) => `journal.sqlite.schema-${9 - at}.${time}.backup`);
    const others = [
      'journal.sqlite.schema-2.backup',
      'other.sqlite.schema-2.2025-01-01T00-00-00-000Z.backup',
    ];
    for (const name of [oldest!, middle!, ...others]) await writeFile(join(folder, 'data', name), '');
    await makeOldJournal(7);
    await (await openInThread(path)).close();
    const left = (await data()).filter((name) => name.endsWith('.backup'));
    expect(left).toHaveLength(4);
    expect(left).toEqual(expect.arrayContaining([middle, ...others]));
  });

  test('Without room for the copy the journal stays as it was, and the sentence says what to set', async () => {
    await makeOldJournal(7);
    const database = (await loadSqlite())(path);
    const before = await data();
    const ask = { path, schema: 7, kept: 2 };
    expect(() => backUpBeforeMigration(database, ask, () => 0)).toThrow(
      /no room in .*set JOURNAL_BACKUPS to 0/,
    );
    expect(await data()).toEqual(before);
    expect(database.prepare('PRAGMA user_version').get()).toMatchObject({ user_version: 7 });
    database.close();
  });

  test('A new version makes no copy where the settings want none', async () => {
    await makeOldJournal(7);
    await (await openSqliteJournal({ path, maxBytes: MAX_BYTES, backups: 0 })).close();
    expect((await data()).filter((name) => name.includes('backup'))).toEqual([]);
  });
});

describe('the commands for copies', () => {
  test('The commands say what they wrote, and where the journal is that was replaced', async () => {
    await makeJournal();
    const environment = { JOURNAL_URL: `sqlite:${path}` };
    const backup = await runWords(['journal', 'backup', target], environment);
    expect(backup).toMatchObject({ code: 0, error: '' });
    expect(backup.out).toMatch(/^Wrote the journal to .*monday\.sqlite: \d+ bytes, schema \d+\.$/);
    expect(await runWords(['journal', 'backup', target], environment)).toMatchObject({ code: 1 });
    const restore = await runWords(['journal', 'restore', target], environment);
    expect(restore).toMatchObject({ code: 0, error: '' });
    expect(restore.out).toMatch(
      /2 events wait in it\.\n.*asks AutoKitteh for each of them[^]*journal\.sqlite\.replaced-/,
    );
  });

  test('The commands lead to the tools of PostgreSQL where the journal is there', async () => {
    const environment = { JOURNAL_URL: 'postgres://user@127.0.0.1:1/ak_slack' };
    const { code, error } = await runWords(['journal', 'backup', target], environment);
    expect([code, error]).toEqual([1, expect.stringContaining('pg_dump')]);
    expect(await runWords(['journal', 'restore', target], environment)).toMatchObject({ code: 1 });
  });
});
