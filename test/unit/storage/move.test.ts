import { copyFile, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import { systemClock } from '../../../src/core/clock.js';
import type { JournalEnd } from '../../../src/storage/move/journal-end.js';
import { move, type MoveProgress } from '../../../src/storage/move/move.js';
import { moveJournal, type MoveRequest } from '../../../src/storage/move/move-journal.js';
import { openSqliteEnd } from '../../../src/storage/move/sqlite-end.js';
import { contentOf, deliverAll, fillJournal, WAITING } from '../../conformance/moved-journal.js';
import { openInThread } from '../../conformance/in-thread-journal.js';
import { row } from '../../conformance/rows.js';
import { useFolder } from '../../helpers/use-folder.js';

const folder = useFolder();
let from: string;
let to: string;

beforeEach(() => {
  from = join(folder.path, 'from.sqlite');
  to = join(folder.path, 'to.sqlite');
});

async function fill(path = from): Promise<void> {
  const journal = await openInThread(path);
  await fillJournal(journal);
  await journal.close();
}

function request(over: Partial<MoveRequest> = {}): MoveRequest {
  return {
    ...{ from, to, password: undefined, backups: 0, clock: systemClock },
    ...{ isCancelled: false, isSourceDeleted: false, report: () => undefined },
    ...over,
  };
}

const openEnd = (path: string, isMade = false): Promise<JournalEnd> =>
  openSqliteEnd({ path, isMade, backups: 0, now: () => 5000 });

async function withEnd<Result>(path: string, use: (end: JournalEnd) => Promise<Result>): Promise<Result> {
  const end = await openEnd(path);
  try {
    return await use(end);
  } finally {
    await end.close();
  }
}

class Stopped extends Error {}

/** Moves until so many pages have been written; the next one is written, or not, and nothing after it. */
async function moveUntil(pages: number, isLastWritten: boolean): Promise<void> {
  const [source, target] = [await openEnd(from), await openEnd(to, true)];
  let written = 0;
  const stopping: JournalEnd = {
    ...target,
    async write(page, progress) {
      if (written === pages && !isLastWritten) throw new Stopped();
      await target.write(page, progress);
      if (written === pages) throw new Stopped();
      written += 1;
    },
  };
  try {
    await move({ from: source, to: stopping, now: () => 6000, report: () => undefined });
  } catch (error) {
    if (!(error instanceof Stopped)) throw error;
  } finally {
    await target.close();
    await source.close();
  }
}

describe('a move of the journal', () => {
  test('A move brings all that the journal holds, with its order, and says how far it has come', async () => {
    await fill();
    const before = await withEnd(from, contentOf);
    const reports: MoveProgress[] = [];
    const moved = await moveJournal(request({ report: (progress) => reports.push(progress) }));
    expect(moved).toMatchObject({ from, to, warning: undefined });
    expect(moved.counts).toEqual({ tokens: 3, waiting: WAITING + 4, dead: 1, paths: 2, keys: WAITING + 6 });
    expect(await withEnd(to, contentOf)).toEqual(before);
    expect(reports.filter(({ part }) => part === 'waiting')).toEqual([
      { part: 'waiting', moved: 200, of: WAITING + 4 },
      { part: 'waiting', moved: 400, of: WAITING + 4 },
      { part: 'waiting', moved: WAITING + 4, of: WAITING + 4 },
      { part: 'waiting', moved: WAITING + 4, of: WAITING + 4 },
    ]);
  });

  test('A move leaves a journal with which the program goes on: repeats are known, and new events come last', async () => {
    await fill();
    await moveJournal(request());
    const journal = await openInThread(to);
    expect(await journal.append([row({ key: 'delivered' }), row({ key: 'dead' })])).toEqual([
      'duplicate',
      'duplicate',
    ]);
    await journal.append([row({ key: 'new', conversation: 'C1', connectionId: 'con_1' })]);
    expect(await journal.tokens.key('another key')).toBe('the key of this installation');
    expect(await journal.listDead({ after: 0, limit: 9 })).toMatchObject([
      {
        key: 'dead',
        reason: 'no such',
        type: 'click',
        channel: 'C9',
        kind: 'interactive',
        settledAt: 3000,
      },
    ]);
    expect(await journal.findPaths('slack-1')).toHaveLength(2);
    const { sources } = await journal.stats();
    expect(sources.reduce((sum, { waiting }) => sum + waiting, 0)).toBe(WAITING + 5);
    const lanes = await deliverAll(journal, 'me');
    expect(lanes.get('con_1 C1 false')).toEqual([
      ...Array.from({ length: 15 }, (_, n) => `k${1 + 30 * n}`),
      'new',
    ]);
    expect(lanes.get('con_1 R false')).toEqual(['retried', 'behind the retried']);
    await journal.close();
  });

  test.each([false, true])(
    'That is stopped after any page goes on when it is run again, and moves no row twice (page written: %s)',
    async (isLastWritten) => {
      await fill();
      const before = await withEnd(from, contentOf);
      for (let pages = 0; pages < 7; pages += 1) {
        await rm(to, { force: true });
        await withEnd(from, async (end) => end.clearMark((await end.mark())?.id ?? ''));
        await moveUntil(pages, isLastWritten);
        await moveJournal(request());
        expect(await withEnd(to, contentOf)).toEqual(before);
      }
    },
  );

  test('A move keeps the program away from both journals until it has ended, and from the first one for good', async () => {
    await fill();
    await moveUntil(1, true);
    for (const path of [from, to])
      await expect(openInThread(path)).rejects.toMatchObject({
        code: 'journal_moved',
        message: expect.stringMatching(
          /is being moved to .*run `ak-slack journal move` again .*--cancel/,
        ) as string,
      });
    await moveJournal(request());
    await expect(openInThread(from)).rejects.toMatchObject({
      code: 'journal_moved',
      message: expect.stringContaining(`was moved to ${to}`) as string,
    });
    await (await openInThread(to)).close();
    await expect(moveJournal(request({ to: join(folder.path, 'third') }))).rejects.toMatchObject({
      code: 'journal_moved',
    });
  });

  test('A move is refused while a program uses one of the journals, and then nothing has changed', async () => {
    await fill();
    for (const path of [from, to]) {
      const journal = await openInThread(path);
      await expect(moveJournal(request())).rejects.toMatchObject({ code: 'journal_locked' });
      await journal.close();
      await (await openInThread(from)).close();
    }
  });

  test('A move is refused to a journal that holds events, to itself, and from one that is missing', async () => {
    await expect(moveJournal(request())).rejects.toMatchObject({ code: 'not_found' });
    expect(await readdir(folder.path)).toEqual([]);
    await fill();
    await fill(to);
    await expect(moveJournal(request())).rejects.toMatchObject({ code: 'bad_input' });
    await expect(moveJournal(request({ to: from }))).rejects.toMatchObject({ code: 'bad_input' });
    await (await openInThread(from)).close();
    await (await openInThread(to)).close();
  });

  test('A move that was stopped is not mixed with another one', async () => {
    await fill();
    await moveUntil(1, true);
    await expect(moveJournal(request({ to: join(folder.path, 'third') }))).rejects.toMatchObject({
      code: 'journal_moved',
    });
    const other = join(folder.path, 'other');
    await fill(other);
    await expect(moveJournal(request({ from: other }))).rejects.toMatchObject({ code: 'journal_moved' });
    await (await openInThread(other)).close();
  });

  test('A move is given up with --cancel: the first journal is free as it was, and the second one is gone', async () => {
    await fill();
    const before = await withEnd(from, contentOf);
    await moveUntil(2, true);
    expect(await moveJournal(request({ isCancelled: true }))).toMatchObject({ counts: undefined });
    expect(await readdir(folder.path)).not.toContain('to.sqlite');
    await (await openInThread(from)).close();
    expect(await withEnd(from, contentOf)).toEqual(before);
    await moveJournal(request());
    await expect(moveJournal(request({ isCancelled: true }))).rejects.toMatchObject({
      code: 'journal_moved',
    });
  });

  test('A move is not given up under the name of another journal, of which nothing is left then', async () => {
    await fill();
    await moveUntil(2, true);
    const wrong = request({ to: join(folder.path, 'wrong.sqlite'), isCancelled: true });
    await expect(moveJournal(wrong)).rejects.toMatchObject({ code: 'journal_moved' });
    expect((await readdir(folder.path)).filter((name) => name === 'wrong.sqlite')).toEqual([]);
    await moveJournal(request());
    await (await openInThread(to)).close();
  });

  test('A move is given up where somebody has removed the second journal, or put a copy in the place of the first one', async () => {
    await fill();
    const copy = join(folder.path, 'copy.sqlite');
    await copyFile(from, copy);
    await moveUntil(2, true);
    await rm(to);
    await moveJournal(request({ isCancelled: true }));
    await (await openInThread(from)).close();
    expect(await readdir(folder.path)).not.toContain('to.sqlite');

    await moveUntil(2, true);
    await copyFile(copy, from);
    await moveJournal(request({ isCancelled: true }));
    await (await openInThread(from)).close();
    expect(await readdir(folder.path)).not.toContain('to.sqlite');
  });

  test('A move that was stopped before the second journal was marked is given up, whatever mark that one has of an earlier move', async () => {
    await fill();
    await withEnd(from, (end) => end.setMark({ t: 'leaving', id: '2', other: to, at: 1 }, undefined));
    await (await openEnd(to, true)).close();
    await withEnd(to, (end) => end.setMark({ t: 'moved', id: '1', other: from, at: 1 }, undefined));
    await moveJournal(request({ isCancelled: true }));
    await (await openInThread(from)).close();
    await expect(openInThread(to)).rejects.toMatchObject({ code: 'journal_moved' });
  });

  test('A move that is refused leaves no file that was not there', async () => {
    await fill();
    await moveJournal(request());
    const third = join(folder.path, 'third.sqlite');
    await expect(moveJournal(request({ to: third }))).rejects.toMatchObject({ code: 'journal_moved' });
    expect((await readdir(folder.path)).filter((name) => name.startsWith('third'))).toEqual([]);
  });

  test('A move removes the first journal only when it is told to', async () => {
    await fill();
    await moveJournal(request());
    expect(await readdir(folder.path)).toContain('from.sqlite');
    await moveJournal({ ...request(), from: to, to: join(folder.path, 'third'), isSourceDeleted: true });
    expect(await readdir(folder.path)).not.toContain('to.sqlite');
    expect((await deliverAll(await openInThread(join(folder.path, 'third')), 'me')).size).toBeGreaterThan(30);
  });

  test('A move lets the program look up what was being sent when it ended', async () => {
    const journal = await openInThread(from);
    await journal.append([row({ key: 'flying', conversation: 'F', claimFor: 'gone' })]);
    await journal.append([row({ key: 'held', conversation: 'H' })]);
    await journal.claim('gone', 2000, [{ appId: 'A1', connectionId: 'con_1', urgent: false, limit: 5 }]);
    await journal.close();
    await moveJournal(request());
    const moved = await openInThread(to);
    const { rows } = await moved.claim('me', Number.MAX_SAFE_INTEGER, [
      { appId: 'A1', connectionId: 'con_1', urgent: false, limit: 5 },
    ]);
    expect(rows.map(({ key, attempts }) => [key, attempts])).toEqual([
      ['flying', 1],
      ['held', 1],
    ]);
    for (const { unansweredAt } of rows) expect(unansweredAt).toBeGreaterThan(0);
    await moved.close();
  });
});
