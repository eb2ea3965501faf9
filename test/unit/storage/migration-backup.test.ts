import { mkdir, readdir, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import { restoreJournal } from '../../../src/storage/sqlite/backup.js';
import { loadSqlite } from '../../../src/storage/sqlite/driver.js';
import { backUpBeforeMigration } from '../../../src/storage/sqlite/migration-backup.js';
import { MIGRATIONS } from '../../../src/storage/sqlite/migrations.js';
import { openSqliteJournal } from '../../../src/storage/sqlite/sqlite-journal.js';
import { openInThread } from '../../conformance/in-thread-journal.js';
import { useFolder } from '../../helpers/use-folder.js';
import { makeJournal, waitingKeys } from './waiting-journal.js';

const folder = useFolder();
let path: string;

beforeEach(async () => {
  await mkdir(join(folder.path, 'data'));
  path = join(folder.path, 'data', 'journal.sqlite');
});

const data = async (): Promise<string[]> => (await readdir(join(folder.path, 'data'))).sort();

/** A journal of an earlier version, in which one event waits. */
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

describe('a new version that changes the schema of the journal', () => {
  test('A new version copies the journal first, and the copy can be given back to the version before', async () => {
    await makeOldJournal(3);
    await (await openInThread(path)).close();
    const [copy = ''] = (await data()).filter((name) => name.endsWith('.backup'));
    expect(copy).toMatch(/^journal\.sqlite\.schema-3\.[\dTZ-]+\.backup$/);
    expect(((await stat(join(folder.path, 'data', copy))).mode & 0o777).toString(8)).toBe('600');
    expect(await restoreJournal(path, join(folder.path, 'data', copy))).toMatchObject({
      schema: 3,
      waiting: 1,
    });
    expect(await waitingKeys(path)).toEqual(['old']);
  });

  test('A new version makes no copy of a journal that is new or up to date', async () => {
    await makeJournal(path);
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
    for (const name of [oldest!, middle!, ...others]) await writeFile(join(folder.path, 'data', name), '');
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
    await (await openSqliteJournal({ path, maxBytes: 1024 ** 3, backups: 0 })).close();
    expect((await data()).filter((name) => name.includes('backup'))).toEqual([]);
  });
});
