import { execFile } from 'node:child_process';
import { cp, mkdir, readFile, rm, stat, symlink, truncate } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { beforeEach, describe, expect, test } from 'vitest';
import { openSqliteJournal } from '../../../src/storage/sqlite/sqlite-journal.js';
import { openInThread } from '../../conformance/in-thread-journal.js';
import { row } from '../../conformance/rows.js';
import { eventually } from '../../helpers/eventually.js';
import { useFolder } from '../../helpers/use-folder.js';

const folder = useFolder();
let path: string;

beforeEach(() => {
  path = join(folder.path, 'journal.db');
});

/** The path of what a journal with one row leaves when its process is killed. */
async function killed(): Promise<string> {
  const journal = await openInThread(path);
  await journal.append([row()]);
  const left = join(folder.path, 'left');
  await mkdir(left);
  for (const suffix of ['', '-wal', '-state'])
    await cp(path + suffix, join(left, `journal.db${suffix}`), { errorOnExist: true });
  await journal.close();
  return join(left, 'journal.db');
}

async function warningAt(place: string): Promise<string | undefined> {
  const journal = await openInThread(place);
  await journal.close();
  return journal.warning;
}

describe('a journal after an end', () => {
  test('A journal says nothing when its last run ended in order, and nothing when all files of a killed one are there', async () => {
    expect(await warningAt(path)).toBeUndefined();
    expect(await warningAt(path)).toBeUndefined();
    const left = await killed();
    const journal = await openInThread(left);
    expect(journal.warning).toBeUndefined();
    expect(await journal.append([row()])).toEqual(['duplicate']);
    await journal.close();
  });

  test('A journal says that its -wal file is missing after an unclean end, once, and goes on', async () => {
    const left = await killed();
    await rm(`${left}-wal`);
    expect(await warningAt(left)).toMatch(
      /did not stop cleanly, and .*journal\.db-wal is missing: events that were acknowledged may be lost/,
    );
    expect(await warningAt(left)).toBeUndefined();
  });

  test('A journal says that its -wal file is shorter than it was at the last checkpoint', async () => {
    const journal = await openSqliteJournal({ path, maxBytes: 1e9 });
    const rows = Array.from({ length: 1_500 }, (_, n) =>
      journal.append([row({ key: `k${n}`, body: 'x'.repeat(500) })]),
    );
    await Promise.all(rows);
    const noted = await eventually(async () => {
      const [, bytes = '0'] = /open (\d+)/.exec(await readFile(`${path}-state`, 'utf8')) ?? [];
      // The thread that checkpoints starts with the next commit after many.
      await journal.probe(1);
      return bytes !== '0' && Number(bytes);
    }, 'a note at a checkpoint');
    expect((await stat(`${path}-wal`)).size).toBeGreaterThanOrEqual(noted);
    const left = join(folder.path, 'left.db');
    for (const suffix of ['', '-wal', '-state']) await cp(path + suffix, left + suffix);
    await journal.close();
    await truncate(`${left}-wal`, noted - 1);
    expect(await warningAt(left)).toMatch(
      new RegExp(`left\\.db-wal has ${noted - 1} bytes and had at least \\d+: events that were acknowledged`),
    );
  });

  test('A journal that is made anew beside the notes of another one says nothing', async () => {
    const left = await killed();
    await rm(left);
    await rm(`${left}-wal`);
    expect(await warningAt(left)).toBeUndefined();
  });
});

describe('the path of a journal', () => {
  test('A journal is refused to a second opener by another name of it, and keeps its files beside the real one', async () => {
    const link = join(folder.path, 'link.db');
    await symlink(path, link);
    const first = await openInThread(link);
    await first.append([row()]);
    for (const other of [path, link])
      await expect(openInThread(other)).rejects.toMatchObject({ code: 'journal_locked' });
    await expect(stat(`${link}-lock`)).rejects.toMatchObject({ code: 'ENOENT' });
    await first.close();
    const second = await openSqliteJournal({ path, maxBytes: 1e9 });
    expect(await second.append([row()])).toEqual(['duplicate']);
    await expect(openSqliteJournal({ path: link, maxBytes: 1e9 })).rejects.toMatchObject({
      code: 'journal_locked',
    });
    await second.close();
  });

  test('A journal is refused where its path, or a file beside it, is a pipe, a device or a folder', async () => {
    const pipe = join(folder.path, 'pipe');
    await promisify(execFile)('mkfifo', [pipe, `${path}-wal`]);
    await symlink(pipe, join(folder.path, 'link'));
    for (const place of [pipe, join(folder.path, 'link'), '/dev/null', folder.path, path])
      await expect(openSqliteJournal({ path: place, maxBytes: 1e9 })).rejects.toMatchObject({
        code: 'journal_unavailable',
        message: expect.stringMatching(/is not a file: set JOURNAL_URL to the path of a file/) as string,
      });
  });
});
