import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { systemClock } from '../../src/core/clock.js';
import type { JournalDatabase } from '../../src/storage/journal.js';
import type { JournalEnd } from '../../src/storage/move/journal-end.js';
import { move } from '../../src/storage/move/move.js';
import { moveJournal, type MoveRequest } from '../../src/storage/move/move-journal.js';
import { openPostgresEnd } from '../../src/storage/move/postgres-end.js';
import { openSqliteEnd } from '../../src/storage/move/sqlite-end.js';
import { openPostgresJournal, prepareDatabase } from '../../src/storage/postgres/postgres-journal.js';
import { Line } from '../../src/storage/postgres/line.js';
import { openSqliteJournal } from '../../src/storage/sqlite/sqlite-journal.js';
import { startPostgres } from '../../src/sim/postgres/postgres-server.js';
import { usePreparedRoles } from '../world/postgres-roles.js';
import { openInThread } from './in-thread-journal.js';
import { contentOf, deliverAll, fillJournal, WAITING } from './moved-journal.js';
import { row } from './rows.js';

const MAX_BYTES = 1024 ** 3;

describe('a move of the journal between a file and PostgreSQL', () => {
  const postgres = usePreparedRoles();
  let folder: string;
  let path: string;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'move-'));
    path = join(folder, 'journal.sqlite');
  });

  afterEach(async () => {
    await rm(folder, { recursive: true });
  });

  const open = (name = 'one'): Promise<JournalDatabase> =>
    openPostgresJournal({
      url: postgres.roles.url,
      maxBytes: MAX_BYTES,
      clock: systemClock,
      name,
      version: 'test',
    });

  const request = (over: Partial<MoveRequest> = {}): MoveRequest => ({
    ...{ from: path, to: postgres.roles.ownerUrl, password: undefined, backups: 0, clock: systemClock },
    ...{ isCancelled: false, isSourceDeleted: false, report: () => undefined },
    ...over,
  });

  const fileContent = async (file: string): Promise<Awaited<ReturnType<typeof contentOf>>> => {
    const end = await openSqliteEnd({ path: file, isMade: false, backups: 0, now: () => 5000 });
    const content = await contentOf(end);
    await end.close();
    return content;
  };

  test('All that a file holds comes to PostgreSQL and back, and each may be dispatched only in one place', async () => {
    const journal = await openInThread(path);
    await fillJournal(journal);
    await journal.close();
    const before = await fileContent(path);
    expect((await moveJournal(request())).counts).toEqual({
      ...{ tokens: 3, waiting: WAITING + 4, dead: 1, paths: 2, keys: WAITING + 6 },
    });
    await expect(openInThread(path)).rejects.toMatchObject({ code: 'journal_moved' });

    const shared = await open();
    expect(await shared.append([row({ key: 'delivered' }), row({ key: 'dead' })])).toEqual([
      'duplicate',
      'duplicate',
    ]);
    expect(await shared.tokens.key('another key')).toBe('the key of this installation');
    expect(await shared.findPaths('evt_1')).toMatchObject([{ key: 'slack-1', origin: 'socket 3' }]);
    await shared.close();

    const back = join(folder, 'back.sqlite');
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
    const first = await openSqliteJournal({ path, maxBytes: MAX_BYTES });
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
    const moveInChild = async (killAt: number | undefined): Promise<unknown> => {
      const child = fork(join(import.meta.dirname, 'move-child.ts'), [path, postgres.roles.ownerUrl], {
        execArgv: ['--import', 'tsx'],
      });
      onTestFinished(() => void child.kill('SIGKILL'));
      let counts: unknown;
      child.on('message', (message) => {
        if (typeof message === 'object') counts = message;
        else if (message === killAt) child.kill('SIGKILL');
        else child.send('go on');
      });
      await once(child, 'exit');
      return counts;
    };
    for (const killAt of KILLED_AT) {
      expect(await moveInChild(killAt)).toBeUndefined();
      await expect(open()).rejects.toMatchObject({ code: 'journal_moved' });
      await expect(openInThread(path)).rejects.toMatchObject({ code: 'journal_moved' });
    }
    expect(await moveInChild(undefined)).toMatchObject({ waiting: taken.length, keys: rows.length });

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

  test('A move waits for no replica that runs, and names it; what the move has changed is taken back', async () => {
    const journal = await openInThread(path);
    await journal.append([row()]);
    await journal.close();
    await moveJournal({ ...request(), to: postgres.roles.ownerUrl });
    const replica = await open('the-first');
    const back = join(folder, 'back.sqlite');
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
      ...{ url: postgres.roles.ownerUrl, maxBytes: MAX_BYTES, name: 'still', version: 'test' },
      clock: {
        now: () => clock.now(),
        monotonic: () => clock.monotonic(),
        setTimer: (delay, ring) => clock.setTimer(delay, () => (clock.isStill ? undefined : ring())),
      },
    });
    await still.append([row({ key: 'before' })]);
    clock.isStill = true;
    await moveJournal(request({ from: postgres.roles.ownerUrl, to: path }));
    await expect(still.append([row({ key: 'after' })])).rejects.toMatchObject({ code: 'journal_moved' });
    expect(
      (await still.claim('me', 5000, [{ appId: 'A1', connectionId: 'con_1', urgent: false, limit: 1 }])).rows,
    ).toEqual([]);
    await still.close();
  });

  const openOwned = (): Promise<JournalEnd> =>
    openPostgresEnd({
      url: postgres.roles.ownerUrl,
      password: undefined,
      place: postgres.roles.ownerUrl,
      clock: systemClock,
    });
  const ports = (from: JournalEnd, to: JournalEnd) => ({ from, to, now: Date.now, report: () => undefined });

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
            ...{ url: other.url, maxBytes: MAX_BYTES, clock: systemClock, name: 'new', version: 'test' },
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
    const other = join(folder, 'other.sqlite');
    for (const each of [path, other]) {
      const journal = await openInThread(each);
      await journal.append([row()]);
      await journal.close();
    }
    const [first, second] = await Promise.all(
      [path, other].map((each) => openSqliteEnd({ path: each, isMade: false, backups: 0, now: () => 5000 })),
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
    const mark = { t: 'arriving', id: '1', other: path, at: 1 } as const;
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
    const moved = moveJournal(request({ from: postgres.roles.ownerUrl, to: path })).then(
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

  test('A move that another version has begun is neither gone on with nor given up by this one', async () => {
    const journal = await openInThread(path);
    await journal.append([row()]);
    await journal.close();
    const owned = await openOwned();
    await owned.setMark({ t: 'arriving', id: '1', other: path, at: 1 }, undefined);
    await owned.close();
    await postgres.admin.run((query) =>
      query(`UPDATE ak_slack.installation SET value = '99' WHERE name = 'schema'`),
    );
    await expect(moveJournal(request({ isCancelled: true }))).rejects.toMatchObject({
      code: 'journal_newer',
      message: expect.stringContaining('begun by another version') as string,
    });
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

  test('The role of the program may not move the journal, and is told which role may', async () => {
    const journal = await openInThread(path);
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
    await (await openInThread(path)).close();
  });

  test('A move that is given up leaves PostgreSQL empty, and what was moved from it may be removed', async () => {
    const journal = await openInThread(path);
    await fillJournal(journal);
    await journal.close();
    const end = await openSqliteEnd({ path, isMade: false, backups: 0, now: () => 5000 });
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
      request({ from: postgres.roles.ownerUrl, to: join(folder, 'back.sqlite'), isSourceDeleted: true }),
    );
    expect(await postgres.admin.run((query) => query('SELECT id FROM ak_slack.events'))).toEqual([]);
    await moveJournal(request({ from: join(folder, 'back.sqlite') }));
    const shared = await open();
    expect((await shared.stats()).sources.length).toBeGreaterThan(0);
    await shared.close();
  });
});
