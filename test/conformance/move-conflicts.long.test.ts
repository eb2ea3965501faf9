import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { systemClock } from '../../src/core/clock.js';
import type { JournalEnd } from '../../src/storage/move/journal-end.js';
import { move } from '../../src/storage/move/move.js';
import { moveJournal } from '../../src/storage/move/move-journal.js';
import { openPostgresEnd } from '../../src/storage/move/postgres-end.js';
import { openSqliteEnd } from '../../src/storage/move/sqlite-end.js';
import { openPostgresJournal, prepareDatabase } from '../../src/storage/postgres/postgres-journal.js';
import { Line } from '../../src/storage/postgres/line.js';
import { startPostgres } from '../../src/sim/postgres/postgres-server.js';
import { openInThread } from './in-thread-journal.js';
import { deliverAll } from './moved-journal.js';
import { row } from './rows.js';
import { useMoves } from './move-rig.js';

const moves = useMoves();
const { folder, open, openOwned, postgres, request } = moves;

const ports = (from: JournalEnd, to: JournalEnd) => ({ from, to, now: Date.now, report: () => undefined });

describe('A move beside replicas and other moves', () => {
  test('A move waits for no replica that runs, and names it; what the move has changed is taken back', async () => {
    const journal = await openInThread(moves.path);
    await journal.append([row()]);
    await journal.close();
    await moveJournal({ ...request(), to: postgres.roles.ownerUrl });
    const replica = await open('the-first');
    const back = join(folder.path, 'back.sqlite');
    await expect(moveJournal(request({ from: postgres.roles.ownerUrl, to: back }))).rejects.toMatchObject({
      code: 'journal_locked',
      message: expect.stringContaining('the-first') as string,
    });
    expect(await replica.append([row({ key: 'goes on' })])).toEqual(['behind']);
    await replica.close();
    await moveJournal(request({ from: postgres.roles.ownerUrl, to: back }));
    const moved = await openInThread(back);
    expect((await moved.stats()).sources).toMatchObject([{ waiting: 2 }]);
    await moved.close();
  });

  test('A replica that stood still from before a move neither claims from the first journal nor writes to it', async () => {
    const clock = { ...systemClock, isStill: false };
    const still = await openPostgresJournal({
      ...{ url: postgres.roles.ownerUrl, maxBytes: 1024 ** 3, name: 'still', version: 'test' },
      clock: {
        now: () => clock.now(),
        monotonic: () => clock.monotonic(),
        setTimer: (delay, ring) => clock.setTimer(delay, () => (clock.isStill ? undefined : ring())),
      },
    });
    await still.append([row({ key: 'before' })]);
    clock.isStill = true;
    await moveJournal(request({ from: postgres.roles.ownerUrl, to: moves.path }));
    await expect(still.append([row({ key: 'after' })])).rejects.toMatchObject({ code: 'journal_moved' });
    expect(
      (await still.claim('me', 5000, [{ appId: 'A1', connectionId: 'con_1', urgent: false, limit: 1 }])).rows,
    ).toEqual([]);
    await still.close();
  });

  test('A second process that goes on with a move after the first one has ended it writes nothing', async () => {
    await prepareDatabase({ url: postgres.roles.ownerUrl });
    const journal = await open();
    await journal.append([row({ key: 'first' }), row({ key: 'second' })]);
    await journal.close();
    const other = await startPostgres();
    onTestFinished(() => other.dispose());
    const openOther = (): Promise<JournalEnd> =>
      openPostgresEnd({ url: other.url, password: undefined, place: 'the other one', clock: systemClock });
    const [from, to, secondFrom, secondTo] = [
      ...[await openOwned(), await openOther()],
      ...[await openOwned(), await openOther()],
    ] as const;
    let ended: Promise<unknown> | undefined;
    // Stands still before its first page of events, until the first process has ended and a program has delivered all.
    const slow: JournalEnd = {
      ...secondTo,
      async write(page, step) {
        ended ??= (async () => {
          await move(ports(from, to));
          await Promise.all([from.close(), to.close()]);
          const program = await openPostgresJournal({
            ...{ url: other.url, maxBytes: 1024 ** 3, clock: systemClock, name: 'new', version: 'test' },
          });
          expect([...(await deliverAll(program, 'me')).values()].flat()).toEqual(['first', 'second']);
          await program.close();
        })();
        await ended;
        await secondTo.write(page, step);
      },
    };
    await expect(move(ports(secondFrom, slow))).rejects.toMatchObject({ code: 'journal_locked' });
    expect((await secondTo.counts()).waiting).toBe(0);
    await Promise.all([secondFrom.close(), secondTo.close()]);
  });

  test('Of two moves to one database that begin at once one is refused, and its first journal is free', async () => {
    const other = join(folder.path, 'other.sqlite');
    for (const each of [moves.path, other]) {
      const journal = await openInThread(each);
      await journal.append([row()]);
      await journal.close();
    }
    const [first, second] = await Promise.all(
      [moves.path, other].map((each) =>
        openSqliteEnd({ path: each, isMade: false, backups: 0, now: () => 5000 }),
      ),
    );
    const [one, two] = [await openOwned(), await openOwned()];
    let overtaken: Promise<unknown> | undefined;
    const late: JournalEnd = {
      ...two,
      async setMark(mark, before) {
        overtaken ??= move(ports(first!, one));
        await overtaken;
        await two.setMark(mark, before);
      },
    };
    // The whole first move takes place between the second one's look and its mark.
    const refused = await move(ports(second!, late)).then(
      () => 'moved',
      (error: unknown) => (error as { code?: string }).code,
    );
    expect(refused).toBe('bad_input');
    await Promise.all([first!.close(), second!.close(), one.close(), two.close()]);
    await (await openInThread(other)).close();
    const shared = await open();
    expect((await shared.stats()).sources).toMatchObject([{ waiting: 1 }]);
    await shared.close();
  });

  test('A move that begins while another one to the same database goes on is refused', async () => {
    const [to, late] = [await openOwned(), await openOwned()];
    const mark = { t: 'arriving', id: '1', other: moves.path, at: 1 } as const;
    await to.setMark(mark, undefined);
    await expect(late.setMark({ ...mark, id: '2' }, undefined)).rejects.toMatchObject({
      code: 'journal_moved',
    });
    expect(await to.mark()).toEqual(mark);
    await Promise.all([to.close(), late.close()]);
  });

  test('A move that is refused holds up no replica, not even while a backup is made', async () => {
    await prepareDatabase({ url: postgres.roles.ownerUrl });
    const replica = await open('the-first');
    await replica.append([row({ key: 'before' })]);
    let release: () => void = () => undefined;
    const held = new Promise<void>((resolve) => (release = resolve));
    const dump = postgres.admin.transact(async (query) => {
      await query('LOCK TABLE ak_slack.keys, ak_slack.replicas IN ACCESS SHARE MODE');
      await held;
    });
    const moving = { isOver: false };
    const moved = moveJournal(request({ from: postgres.roles.ownerUrl, to: moves.path })).then(
      () => undefined,
      (error: unknown) => error,
    );
    void moved.then(() => (moving.isOver = true));
    for (let n = 0; !moving.isOver; n += 1)
      expect(await replica.append([row({ key: `meanwhile${n}`, conversation: `C${n}` })])).toHaveLength(1);
    release();
    await dump;
    expect(await moved).toMatchObject({ code: 'journal_locked' });
    await replica.close();
  });

  test('A transaction whose connection ends in the middle does nothing', async () => {
    const line = new Line({ url: postgres.roles.adminUrl, applicationName: 'test', statementMs: 60_000 });
    const pids = (): Promise<{ pid: number }[]> =>
      line.run((query) => query('SELECT pg_backend_pid() AS pid'));
    await line.run((query) => query('CREATE TABLE public.noted (n int)'));
    const [before] = await pids();
    const outcome = line.transact(async (query) => {
      await postgres.admin.run((ask) => ask('SELECT pg_terminate_backend($1, 60000)', [before?.pid ?? 0]));
      await query('INSERT INTO public.noted VALUES (1)');
    });
    await expect(outcome).rejects.toMatchObject({ code: 'journal_unavailable' });
    expect((await pids())[0]?.pid).not.toBe(before?.pid);
    expect(await line.run((query) => query('SELECT n FROM public.noted'))).toEqual([]);
    await line.run((query) => query('DROP TABLE public.noted'));
    await line.close();
  });
});
