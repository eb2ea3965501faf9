import { fork } from 'node:child_process';
import { once } from 'node:events';
import { open, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { loadSqlite } from '../../../src/storage/sqlite/driver.js';
import { MIGRATIONS } from '../../../src/storage/sqlite/migrations.js';
import { openDatabase } from '../../../src/storage/sqlite/open-database.js';
import { openSqliteJournal } from '../../../src/storage/sqlite/sqlite-journal.js';
import { openInThread } from '../../conformance/in-thread-journal.js';
import { row } from '../../conformance/rows.js';
import { useFolder } from '../../helpers/use-folder.js';

const folder = useFolder();
let path: string;

beforeEach(() => {
  path = join(folder.path, 'journal.db');
});

async function makeJournal(rows = 1): Promise<void> {
  const journal = await openInThread(path);
  await journal.append(Array.from({ length: rows }, (_, n) => row({ key: `k${n}`, body: 'x'.repeat(2000) })));
  await journal.close();
}

describe('the journal file', () => {
  test('The journal file and all files beside it are readable only by their owner', async () => {
    const journal = await openInThread(path);
    await journal.append([row()]);
    for (const suffix of ['', '-wal', '-shm', '-lock'])
      expect(((await stat(path + suffix)).mode & 0o777).toString(8)).toBe('600');
    await journal.close();
  });

  test('The journal file is made with the folders that are missing', async () => {
    path = join(folder.path, 'a', 'b', 'journal.db');
    await (await openInThread(path)).close();
    expect(((await stat(join(folder.path, 'a'))).mode & 0o777).toString(8)).toBe('700');
  });

  test('The journal file is closed to other users again when its mode was opened up', async () => {
    await makeJournal();
    const file = await open(path);
    await file.chmod(0o644);
    await file.close();
    await (await openInThread(path)).close();
    expect(((await stat(path)).mode & 0o777).toString(8)).toBe('600');
  });

  test('The journal file waits for the disk at every commit', async () => {
    const file = openDatabase(await loadSqlite(), path);
    expect(file.database.prepare('PRAGMA synchronous').get()).toMatchObject({ synchronous: 2 });
    expect(file.database.prepare('PRAGMA journal_mode').get()).toMatchObject({ journal_mode: 'wal' });
    file.close();
  });

  test('The journal file is refused to a second opener and free when the first has closed', async () => {
    const first = await openInThread(path);
    const message = expect.stringContaining(path) as string;
    await expect(openInThread(path)).rejects.toMatchObject({ code: 'journal_locked', message });
    await first.close();
    await (await openInThread(path)).close();
  });

  test('The journal file is refused to a second process and free when the first was killed', async () => {
    const holder = fork(join(import.meta.dirname, 'hold-journal.ts'), [path], {
      execArgv: ['--import', 'tsx'],
    });
    onTestFinished(() => void holder.kill('SIGKILL'));
    const ended = once(holder, 'exit');
    // A process that cannot start says so here, instead of never saying anything.
    const [said] = (await Promise.race([once(holder, 'message'), ended])) as [unknown];
    expect(said).toBe('holding');
    await expect(openSqliteJournal({ path, maxBytes: 1e9 })).rejects.toMatchObject({
      code: 'journal_locked',
      message: expect.stringContaining('Another process') as string,
    });
    holder.kill('SIGKILL');
    await ended;
    const journal = await openInThread(path);
    expect(await journal.append([row()])).toEqual(['duplicate']);
    await journal.close();
  });

  test('The journal file is refused when a newer version has written it', async () => {
    await makeJournal();
    const file = openDatabase(await loadSqlite(), path);
    file.database.exec('PRAGMA user_version = 99');
    file.close();
    await expect(openInThread(path)).rejects.toMatchObject({
      code: 'journal_newer',
      message: expect.stringContaining('schema 99') as string,
    });
  });

  test('The journal file of an older version is taken over with its waiting events', async () => {
    const old = (await loadSqlite())(path);
    old.exec(`PRAGMA application_id = 1634431850; ${MIGRATIONS[0] ?? ''} PRAGMA user_version = 1;
      INSERT INTO sources (id, app_id, connection_id, waiting) VALUES (1, 'A1', 'con_1', 1)`);
    old.close();
    const journal = await openInThread(path);
    await journal.probe(1);
    expect((await journal.stats()).sources).toMatchObject([
      { appId: 'A1', connectionId: 'con_1', waiting: 1 },
    ]);
    await journal.close();
  });

  test('The journal file is refused when it is not SQLite, another program’s, or cut short', async () => {
    await writeFile(path, 'this is not a database, but it is long enough to be looked at as one'.repeat(20));
    await expect(openInThread(path)).rejects.toMatchObject({ code: 'journal_damaged' });

    await rm(path);
    const foreign = (await loadSqlite())(path);
    foreign.exec('CREATE TABLE other (x)');
    foreign.close();
    await expect(openInThread(path)).rejects.toMatchObject({
      code: 'journal_damaged',
      message: expect.stringContaining('not a journal of this program') as string,
    });

    await rm(path);
    await makeJournal(50);
    const whole = await readFile(path);
    await writeFile(path, whole.subarray(0, whole.length / 2));
    await expect(openInThread(path)).rejects.toMatchObject({ code: 'journal_damaged' });
  });

  test('The journal file is refused when some of its pages were overwritten', async () => {
    await makeJournal(50);
    const file = await open(path, 'r+');
    await file.write(Buffer.alloc(8192 * 3, 0x5a), 0, 8192 * 3, 8192 * 8);
    await file.close();
    await expect(openSqliteJournal({ path, maxBytes: 1e9 })).rejects.toMatchObject({
      code: 'journal_damaged',
    });
  });

  test('The journal file takes no more rows at its limit, says so, and takes them again when there is room', async () => {
    const journal = await openInThread(path, 400_000);
    const body = 'x'.repeat(20_000);
    const fill = async (): Promise<void> => {
      for (let n = 0; n < 100; n += 1)
        await journal.append([row({ key: `k${n}`, conversation: `C${n}`, body })]);
    };
    await expect(fill()).rejects.toMatchObject({ code: 'journal_full' });
    await expect(journal.probe(1)).rejects.toMatchObject({ code: 'journal_full' });
    const want = { appId: 'A1', connectionId: 'con_1', urgent: false, limit: 100 };
    const { rows } = await journal.claim('me', 2000, [want]);
    expect(rows.length).toBeGreaterThan(10);
    await journal.settle(
      'me',
      2000,
      rows.map(({ id }) => ({ t: 'delivered', id, eventId: '', recovered: false })),
    );
    await journal.prune({ bodiesBefore: 9000, keysBefore: 0, pathsBefore: 0, deadBefore: 0, limit: 100 });
    await journal.probe(2);
    expect(await journal.append([row({ key: 'more' })])).toEqual(['first']);
    await journal.close();
  });

  test('The journal file loses the oldest dead letters when most of its room is in use', async () => {
    const journal = await openInThread(path, 400_000);
    const body = 'x'.repeat(20_000);
    const bury = async (n: number): Promise<void> => {
      const [appended] = await journal.append([row({ key: `k${n}`, body, claimFor: 'me' })]);
      const { claimed: id } = appended as { claimed: number };
      await journal.settle('me', 2000 + n, [{ t: 'dead', id, reason: 'refused' }]);
    };
    for (let n = 0; n < 5; n += 1) await bury(n);
    const request = { bodiesBefore: 0, keysBefore: 0, pathsBefore: 0, deadBefore: 0, limit: 2 };
    expect(await journal.prune(request)).toEqual({ more: false, deadForRoom: 0 });
    for (let n = 5; n < 15; n += 1) await bury(n);
    expect(await journal.prune(request)).toEqual({ more: true, deadForRoom: 2 });
    while ((await journal.prune(request)).more);
    const left = await journal.listDead({ after: 0, limit: 100 });
    expect(left.at(-1)).toMatchObject({ key: 'k14' });
    expect(left.length).toBeGreaterThan(8);
    await journal.close();
  });

  test('A request fails without failing those that shared its commit', async () => {
    const journal = await openSqliteJournal({ path, maxBytes: 1e9 });
    const odd = journal.append([row({ key: undefined as unknown as string })]);
    const others = Array.from({ length: 20 }, (_, n) => journal.append([row({ key: `k${n}` })]));
    await expect(odd).rejects.toMatchObject({ code: 'journal_unavailable' });
    expect((await Promise.all(others)).flat()).toEqual(
      Array.from({ length: 20 }, (_, n) => (n === 0 ? 'first' : 'behind')),
    );
    expect((await journal.stats()).sources[0]).toMatchObject({ waiting: 20 });
    await journal.close();
  });
});
