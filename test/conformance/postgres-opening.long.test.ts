import { beforeEach, describe, expect, test } from 'vitest';
import { row } from './rows.js';
import { usePostgresJournal } from './postgres-journal-rig.js';

const { postgres, sql, open } = usePostgresJournal();

describe('opening a journal on PostgreSQL', () => {
  beforeEach(() => sql('DROP SCHEMA IF EXISTS ak_slack CASCADE'));

  test('Replicas that start at the same moment on an empty database make one journal', async () => {
    const journals = await Promise.all([open(), open(), open()]);
    expect(await journals[0].append([row()])).toEqual(['first']);
    expect(await journals[2].append([row()])).toEqual(['duplicate']);
    await Promise.all(journals.map((journal) => journal.close()));
  });

  test('A journal that a newer version wrote is refused, with both versions in the sentence', async () => {
    await (await open()).close();
    await sql(`UPDATE ak_slack.installation SET value = '99' WHERE name IN ('schema', 'understood_from')`);
    await expect(open()).rejects.toMatchObject({
      code: 'journal_newer',
      message: expect.stringMatching(/schema 99, this one knows \d+\)/) as string,
    });
  });

  test('A schema of the same name that another program made is refused and left as it is', async () => {
    await sql('CREATE SCHEMA ak_slack; CREATE TABLE ak_slack.theirs (n int)');
    await expect(open()).rejects.toMatchObject({
      code: 'journal_damaged',
      message: expect.stringContaining('not a journal of this program') as string,
    });
    expect(await sql('SELECT n FROM ak_slack.theirs')).toEqual([]);
  });

  test.each([
    ['synchronous_commit', 'off', 'synchronous_commit is off'],
    ['default_transaction_read_only', 'on', 'PostgreSQL does not accept writes'],
  ])('A role with %s = %s is refused with a sentence', async (setting, value, message) => {
    await sql(`ALTER ROLE postgres SET ${setting} = ${value}`);
    try {
      await expect(open()).rejects.toMatchObject({
        code: 'journal_unavailable',
        message: expect.stringContaining(message) as string,
      });
    } finally {
      await sql(`SET default_transaction_read_only = off; ALTER ROLE postgres RESET ${setting}`);
    }
  });

  test('Of several hosts the first one that is a primary and can be reached is used', async () => {
    const url = postgres.server.url.replace('127.0.0.1:', '127.0.0.1:1,127.0.0.1:');
    const journal = await open(url);
    expect(await journal.append([row()])).toEqual(['first']);
    await journal.close();
  });

  test('A server that cannot be reached is named in the error, without the password', async () => {
    const url = 'postgres://somebody:hidden@127.0.0.1:1/ak_slack';
    const opening = open(url);
    const error: unknown = await opening.catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({
      code: 'journal_unavailable',
      message: expect.stringContaining('ECONNREFUSED') as string,
    });
    expect(JSON.stringify(error) + String(error)).not.toContain('hidden');
  });
});
