import { describe, expect, test } from 'vitest';
import { runCommandLine } from '../../src/cli/command-line.js';
import { commandPorts } from '../../src/cli/tools.js';
import { systemClock } from '../../src/core/clock.js';
import {
  openPostgresJournal,
  prepareDatabase,
  type PostgresJournal,
} from '../../src/storage/postgres/postgres-journal.js';
import { eventually } from '../helpers/eventually.js';
import { usePreparedRoles } from '../world/postgres-roles.js';
import { row } from './rows.js';

describe('a journal on PostgreSQL whose schema belongs to another role than that of the program', () => {
  const postgres = usePreparedRoles();

  const sql = <Row>(text: string): Promise<Row[]> => postgres.admin.run((query) => query<Row>(text));

  const functions = async (): Promise<string[]> => {
    const found = await sql<{ name: string }>(
      `SELECT proname AS name FROM pg_proc WHERE pronamespace = to_regnamespace('ak_slack') ORDER BY 1`,
    );
    return found.map(({ name }) => name).sort();
  };

  const open = (url = postgres.roles.url): Promise<PostgresJournal> =>
    openPostgresJournal({ url, maxBytes: 1024 ** 3, clock: systemClock, name: 'one', version: 'test' });

  test('The program is told to have the journal migrated, and starts when the owner has done it', async () => {
    await expect(open()).rejects.toMatchObject({
      code: 'journal_unavailable',
      message: expect.stringContaining('run `ak-slack journal migrate` with the role that owns') as string,
    });
    await prepareDatabase({ url: postgres.roles.ownerUrl });
    const journal = await open();
    expect(await journal.append([row()])).toEqual(['first']);
    await journal.close();
  });

  test('A migration says what it did, and changes nothing when it is run again', async () => {
    const { to, ...first } = await prepareDatabase({ url: postgres.roles.ownerUrl });
    expect(first).toEqual({ from: 0, functionsAdded: true });
    const [before, again] = [await functions(), await prepareDatabase({ url: postgres.roles.ownerUrl })];
    expect(again).toEqual({ from: to, to, functionsAdded: false });
    expect(await functions()).toEqual(before);
  });

  test('The command of the owner says where the journal is, without the name of the role, and what was done', async () => {
    const out: string[] = [];
    const error: string[] = [];
    const migrate = (url: string): Promise<number> => {
      const terminal = {
        out: (text: string) => void out.push(text),
        error: (text: string) => void error.push(text),
        typed: false,
        read: () => Promise.resolve(''),
        readHidden: () => Promise.resolve(undefined),
        columns: 80,
      };
      const ports = commandPorts({ JOURNAL_URL: url }, terminal, '1.2.3', () => Promise.resolve(0));
      return runCommandLine(['journal', 'migrate'], [], ports);
    };
    const place = postgres.roles.ownerUrl.replace('ak_slack_owner@', '');
    expect(await migrate(postgres.roles.url)).toBe(1);
    expect(error.join('\n')).toContain('with the role that owns the schema');
    expect(await migrate(postgres.roles.ownerUrl)).toBe(0);
    expect(await migrate(postgres.roles.ownerUrl)).toBe(0);
    expect(out).toEqual([
      expect.stringMatching(/^Created the journal at .*, with schema \d+\.$/),
      'Added the functions of version 1.2.3.',
      expect.stringMatching(/ is up to date, with schema \d+\.$/),
    ]);
    expect(out[0]).toContain(place);
    expect([...out, ...error].join('\n')).not.toContain('ak_slack_owner@');
  });

  test.each([
    ['REVOKE USAGE ON SCHEMA ak_slack FROM ak_slack', 'GRANT USAGE ON SCHEMA ak_slack TO ak_slack'],
    [
      'REVOKE INSERT, DELETE ON ak_slack.keys, ak_slack.dead FROM ak_slack',
      'lacks rights in the schema ak_slack (DELETE on dead, INSERT on dead, DELETE on keys and 1 more)',
    ],
    ['REVOKE EXECUTE ON ALL FUNCTIONS IN SCHEMA ak_slack FROM PUBLIC', '(EXECUTE on append_'],
  ])('After %s the start says which right is missing', async (revoke, sentence) => {
    await prepareDatabase({ url: postgres.roles.ownerUrl });
    await sql(revoke);
    await expect(open()).rejects.toMatchObject({
      code: 'journal_unavailable',
      message: expect.stringContaining(sentence) as string,
    });
  });

  test('A right that is missing when PostgreSQL comes back is named, and the journal goes on when it is granted', async () => {
    await prepareDatabase({ url: postgres.roles.ownerUrl });
    const journal = await open();
    await journal.append([row({ key: 'before' })]);
    await sql('REVOKE UPDATE ON ak_slack.events FROM ak_slack');
    await postgres.server.kill();
    await postgres.server.start();
    const error = await eventually(
      () =>
        journal.append([row({ key: 'meanwhile' })]).then(
          () => undefined,
          (thrown: unknown) => String(thrown).includes('UPDATE on events') && (thrown as Error),
        ),
      'the right is named',
    );
    expect(error).toMatchObject({ code: 'journal_unavailable' });
    await sql('GRANT UPDATE ON ak_slack.events TO ak_slack');
    await eventually(
      () =>
        journal.append([row({ key: 'meanwhile' })]).then(
          () => true,
          () => false,
        ),
      'events are taken again',
    );
    expect(await journal.append([row({ key: 'meanwhile' })])).toEqual(['duplicate']);
    await journal.close();
  });

  test('The functions of the two releases before stay, those of older releases are dropped', async () => {
    await prepareDatabase({ url: postgres.roles.ownerUrl });
    const own = await functions();
    const digest = own[0]!.slice(-8);
    const digests = ['0000000a', '0000000b', '0000000c', '0000000d'];
    await sql('SET ROLE ak_slack_owner');
    for (const other of digests)
      await sql(`CREATE FUNCTION ak_slack.append_${other}() RETURNS int LANGUAGE sql AS 'SELECT 1'`);
    await sql(`UPDATE ak_slack.installation SET value = '${digests.join(' ')}' WHERE name = 'functions'`);
    for (const name of own) await sql(`DROP FUNCTION ak_slack.${name}`);
    await sql('RESET ROLE');
    expect((await prepareDatabase({ url: postgres.roles.ownerUrl })).functionsAdded).toBe(true);
    expect(await functions()).toEqual(['append_0000000a', 'append_0000000b', ...own].sort());
    expect(await sql(`SELECT value FROM ak_slack.installation WHERE name = 'functions'`)).toEqual([
      { value: `${digest} 0000000a 0000000b` },
    ]);
  });

  test('A release works on a schema to which a newer one has only added, and refuses one that was changed', async () => {
    await prepareDatabase({ url: postgres.roles.ownerUrl });
    await sql(`UPDATE ak_slack.installation SET value = '99' WHERE name = 'schema'`);
    await sql('ALTER TABLE ak_slack.events ADD COLUMN news text');
    const journal = await open();
    expect(await journal.append([row()])).toEqual(['first']);
    await journal.close();
    await sql(`UPDATE ak_slack.installation SET value = '98' WHERE name = 'understood_from'`);
    await expect(open()).rejects.toMatchObject({
      code: 'journal_newer',
      message: expect.stringMatching(/schema 99, this one knows \d+\)/) as string,
    });
  });

  test('A table of the same name that is no list of migrations is not taken for a journal', async () => {
    await sql(
      'CREATE TABLE ak_slack.installation (name text, value text); GRANT ALL ON ak_slack.installation TO ak_slack',
    );
    await sql(`INSERT INTO ak_slack.installation VALUES ('colour', 'blue')`);
    await expect(open()).rejects.toMatchObject({ code: 'journal_damaged' });
    expect(await sql('SELECT value FROM ak_slack.installation')).toEqual([{ value: 'blue' }]);
  });
});
