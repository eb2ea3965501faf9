import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { systemClock } from '../../src/core/clock.js';
import { moveJournal } from '../../src/storage/move/move-journal.js';
import { openPostgresEnd } from '../../src/storage/move/postgres-end.js';
import { openSqliteEnd } from '../../src/storage/move/sqlite-end.js';
import { openSqliteJournal } from '../../src/storage/sqlite/sqlite-journal.js';
import { openInThread } from './in-thread-journal.js';
import { contentOf, deliverAll, fillJournal, WAITING } from './moved-journal.js';
import { row } from './rows.js';
import { useMoves } from './move-rig.js';

const moves = useMoves();
const { folder, open, openOwned, postgres, request } = moves;

describe('a move of the journal between a file and PostgreSQL', () => {
  const fileContent = async (file: string): Promise<Awaited<ReturnType<typeof contentOf>>> => {
    const end = await openSqliteEnd({ path: file, isMade: false, backups: 0, now: () => 5000 });
    const content = await contentOf(end);
    await end.close();
    return content;
  };

  test('All that a file holds comes to PostgreSQL and back, and each may be dispatched only in one place', async () => {
    const journal = await openInThread(moves.path);
    await fillJournal(journal);
    await journal.close();
    const before = await fileContent(moves.path);
    expect((await moveJournal(request())).counts).toEqual({
      ...{ tokens: 3, waiting: WAITING + 4, dead: 1, paths: 2, keys: WAITING + 6 },
    });
    await expect(openInThread(moves.path)).rejects.toMatchObject({ code: 'journal_moved' });

    const shared = await open();
    expect(await shared.append([row({ key: 'delivered' }), row({ key: 'dead' })])).toEqual([
      'duplicate',
      'duplicate',
    ]);
    expect(await shared.tokens.key('another key')).toBe('the key of this installation');
    expect(await shared.findPaths('evt_1')).toMatchObject([{ key: 'slack-1', origin: 'socket 3' }]);
    await shared.close();

    const back = join(folder.path, 'back.sqlite');
    await moveJournal(request({ from: postgres.roles.ownerUrl, to: back }));
    const { keys, ...rows } = await fileContent(back);
    const { keys: keysBefore, ...rowsBefore } = before;
    expect(rows).toEqual(rowsBefore);
    expect(keys!.map((each) => (each as { key: string }).key)).toEqual(
      expect.arrayContaining(keysBefore!.map((each) => (each as { key: string }).key)),
    );
    await expect(open()).rejects.toMatchObject({
      code: 'journal_moved',
      message: expect.stringContaining(`was moved to ${back}`) as string,
    });
    const again = await openInThread(back);
    const lanes = await deliverAll(again, 'me');
    expect(lanes.get('con_1 C1 false')).toEqual(Array.from({ length: 15 }, (_, n) => `k${1 + 30 * n}`));
    await again.close();
  });

  test('A move that is killed at any page goes on under load, and every event is delivered once and in order', async () => {
    // A program that ended while it took and delivered events.
    const first = await openSqliteJournal({ path: moves.path, maxBytes: 1024 ** 3 });
    const rows = Array.from({ length: 300 }, (_, n) =>
      row({
        key: `e${n}`,
        conversation: `C${n % 20}`,
        connectionId: `con_${n % 3}`,
        claimFor: n % 4 === 0 ? 'ended' : undefined,
      }),
    );
    const appended = await first.append(rows);
    const claimed = appended.flatMap((each) => (typeof each === 'object' ? [each.claimed] : []));
    const [delivered, ...sending] = claimed;
    expect(sending.length).toBeGreaterThan(0);
    await first.settle('ended', 2000, [
      { t: 'delivered', id: delivered ?? 0, eventId: '', recovered: false },
    ]);
    await first.close();
    const taken = rows.map(({ key }) => key).filter((key) => key !== 'e0');

    // Killed after its first page, then before its next one; then left alone.
    const KILLED_AT = [1, 0];
    for (const killAt of KILLED_AT) {
      expect(await moves.moveInChild(killAt)).toBeUndefined();
      await expect(open()).rejects.toMatchObject({ code: 'journal_moved' });
      await expect(openInThread(moves.path)).rejects.toMatchObject({ code: 'journal_moved' });
    }
    expect(await moves.moveInChild(undefined)).toMatchObject({ waiting: taken.length, keys: rows.length });

    // Replicas start while new events come.
    const journal = await open();
    const later = Array.from({ length: 60 }, (_, n) => ({
      key: `later${n}`,
      conversation: `C${n % 20}`,
      connectionId: `con_${n % 3}`,
    }));
    const delivering = deliverAll(journal, 'me');
    for (const each of later) await journal.append([row(each)]);
    const lanes = [...(await delivering).entries(), ...(await deliverAll(journal, 'me')).entries()];
    const all = lanes.flatMap(([, keys]) => keys);
    expect([...all].sort()).toEqual([...taken, ...later.map(({ key }) => key)].sort());
    for (const [lane] of lanes) {
      const keys = lanes.filter(([name]) => name === lane).flatMap(([, some]) => some);
      const numbers = keys.map(
        (key) => (key.startsWith('later') ? 1000 : 0) + Number(key.replaceAll(/\D/g, '')),
      );
      expect(numbers).toEqual([...numbers].sort((left, right) => left - right));
    }
    await journal.close();
  });

  test('A move that another version has begun is neither gone on with nor given up by this one', async () => {
    const journal = await openInThread(moves.path);
    await journal.append([row()]);
    await journal.close();
    const owned = await openOwned();
    await owned.setMark({ t: 'arriving', id: '1', other: moves.path, at: 1 }, undefined);
    await owned.close();
    await postgres.admin.run((query) =>
      query(`UPDATE ak_slack.installation SET value = '99' WHERE name = 'schema'`),
    );
    await expect(moveJournal(request({ isCancelled: true }))).rejects.toMatchObject({
      code: 'journal_newer',
      message: expect.stringContaining('begun by another version') as string,
    });
  });

  test('The role of the program may not move the journal, and is told which role may', async () => {
    const journal = await openInThread(moves.path);
    await journal.append([row()]);
    await journal.close();
    const owner = await openPostgresEnd({
      url: postgres.roles.ownerUrl,
      password: undefined,
      place: 'x',
      clock: systemClock,
    });
    await owner.close();
    await expect(moveJournal(request({ to: postgres.roles.url }))).rejects.toMatchObject({
      code: 'journal_unavailable',
      message: expect.stringContaining('the role that owns the schema') as string,
    });
    await (await openInThread(moves.path)).close();
  });

  test('A move that is given up leaves PostgreSQL empty, and what was moved from it may be removed', async () => {
    const journal = await openInThread(moves.path);
    await fillJournal(journal);
    await journal.close();
    const end = await openSqliteEnd({ path: moves.path, isMade: false, backups: 0, now: () => 5000 });
    const to = await openPostgresEnd({
      url: postgres.roles.ownerUrl,
      password: undefined,
      place: 'there',
      clock: systemClock,
    });
    const mark = { id: '1', other: 'x', at: 1 };
    await end.setMark({ t: 'leaving', ...mark }, undefined);
    await to.setMark({ t: 'arriving', ...mark }, undefined);
    const before = { part: 'waiting', after: undefined } as const;
    await to.begin(10, 'key', { id: '1', before: undefined, after: before });
    const step = { id: '1', before, after: { part: 'waiting', after: 1 } } as const;
    await to.write(await end.read('waiting', undefined), step);
    await to.close();
    await end.close();
    await moveJournal(request({ isCancelled: true }));
    await moveJournal(request());
    await moveJournal(
      request({ from: postgres.roles.ownerUrl, to: join(folder.path, 'back.sqlite'), isSourceDeleted: true }),
    );
    expect(await postgres.admin.run((query) => query('SELECT id FROM ak_slack.events'))).toEqual([]);
    await moveJournal(request({ from: join(folder.path, 'back.sqlite') }));
    const shared = await open();
    expect((await shared.stats()).sources.length).toBeGreaterThan(0);
    await shared.close();
  });
});
