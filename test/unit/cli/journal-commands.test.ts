import { chmod } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openInThread } from '../../conformance/in-thread-journal.js';
import { fillJournal, WAITING } from '../../conformance/moved-journal.js';
import { makeJournal } from '../storage/waiting-journal.js';
import { useUser } from './run-words.js';

const { folder, run } = useUser();

describe('the command that brings a journal up to date', () => {
  it('A journal that is a file needs no migration, and the command says so and makes nothing', async () => {
    const url = `sqlite:${join(folder.path, 'none', 'journal.sqlite')}`;
    const { code, out } = await run(['--journal-url', url, 'journal', 'migrate']);
    expect(code).toBe(0);
    expect(out).toMatch(
      /none\/journal\.sqlite is a file, and each start of the program brings it up to date/,
    );
    await expect(chmod(join(folder.path, 'none'), 0o700)).rejects.toThrow('ENOENT');
  });
});

describe('the commands for copies', () => {
  it('The commands say what they wrote, and where the journal is that was replaced', async () => {
    const path = join(folder.path, 'journal.sqlite');
    const target = join(folder.path, 'monday.sqlite');
    await makeJournal(path);
    const environment = { JOURNAL_URL: `sqlite:${path}` };
    const backup = await run(['journal', 'backup', target], environment);
    expect(backup).toMatchObject({ code: 0, error: '' });
    expect(backup.out).toMatch(/^Wrote the journal to .*monday\.sqlite: \d+ bytes, schema \d+\.$/);
    expect(await run(['journal', 'backup', target], environment)).toMatchObject({ code: 1 });
    const restore = await run(['journal', 'restore', target], environment);
    expect(restore).toMatchObject({ code: 0, error: '' });
    expect(restore.out).toMatch(
      /2 events wait in it\.\n.*asks AutoKitteh for each of them[^]*journal\.sqlite\.replaced-/,
    );
  });

  it('The commands lead to the tools of PostgreSQL where the journal is there', async () => {
    const target = join(folder.path, 'monday.sqlite');
    const environment = { JOURNAL_URL: 'postgres://user@127.0.0.1:1/ak_slack' };
    const { code, error } = await run(['journal', 'backup', target], environment);
    expect([code, error]).toEqual([1, expect.stringContaining('pg_dump')]);
    expect(await run(['journal', 'restore', target], environment)).toMatchObject({ code: 1 });
  });
});

describe('the command that moves a journal', () => {
  it('The command says what was moved and what to set, and why the first journal is kept', async () => {
    const [from, to] = [join(folder.path, 'from.sqlite'), join(folder.path, 'to.sqlite')];
    const journal = await openInThread(from);
    await fillJournal(journal);
    await journal.close();
    const words = ['journal', 'move', '--from', `sqlite:${from}`, '--to', `sqlite:${to}`];
    const { code, out, error } = await run(words);
    expect([code, error]).toEqual([0, '']);
    expect(out).toContain(`waiting events: ${WAITING + 4} of ${WAITING + 4}`);
    expect(out).toMatch(
      /Moved the journal .*from\.sqlite to .*to\.sqlite: 454 waiting events, 1 dead letters, /,
    );
    expect(out).toContain(`Set JOURNAL_URL to sqlite:${to}`);
    expect(out).toContain('no program starts on it');
    expect(await run([...words, '--cancel'])).toMatchObject({ code: 1 });
  });

  it('The command says which value is no place for a journal', async () => {
    const { code, error } = await run([
      'journal',
      'move',
      '--from',
      join(folder.path, 'from.sqlite'),
      '--to',
      'sqlite:x',
    ]);
    expect([code, error]).toEqual([1, expect.stringContaining('--from must be sqlite:<path>')]);
  });
});
