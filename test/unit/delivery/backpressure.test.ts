import { describe, expect, test } from 'vitest';
import { PluginError } from '../../../src/core/errors.js';
import type { Journal } from '../../../src/storage/journal.js';
import type { Appended, NewRow } from '../../../src/storage/rows.js';
import { eventually } from '../../helpers/eventually.js';
import { rig } from './rig.js';

/** A journal whose appends wait until the test lets them go, one batch at a time. */
function heldJournal() {
  const batches: NewRow[][] = [];
  const waiting: (() => void)[] = [];
  const wrap = (journal: Journal): Journal => ({
    ...journal,
    async append(rows): Promise<readonly Appended[]> {
      batches.push([...rows]);
      await new Promise<void>((resolve) => waiting.push(resolve));
      return journal.append(rows);
    },
  });
  return { batches, wrap, release: () => waiting.shift()?.() };
}

/** A journal that cannot be written while the test says so. */
function fragileJournal() {
  const state = { code: undefined as 'journal_full' | 'journal_unavailable' | undefined };
  const check = (): void => {
    const message =
      state.code === 'journal_full' ? 'The disk of the journal is full' : 'The journal cannot be reached';
    if (state.code !== undefined) throw new PluginError(state.code, message);
  };
  const wrap = (journal: Journal): Journal => ({
    ...journal,
    async append(rows) {
      check();
      return journal.append(rows);
    },
    async claim(owner, now, wants) {
      check();
      return journal.claim(owner, now, wants);
    },
    async settle(owner, now, settlements) {
      check();
      return journal.settle(owner, now, settlements);
    },
    async probe(now) {
      check();
      return journal.probe(now);
    },
    async prune(request) {
      check();
      return journal.prune(request);
    },
  });
  return { state, wrap };
}

describe('The limits of the intake', () => {
  test('The intake writes events that come together in one batch, with the apps in turn', async () => {
    const held = heldJournal();
    const r = await rig(undefined, { batchRows: 4 }, held.wrap);
    const taken = [
      ...Array.from({ length: 20 }, (_, n) => r.take({ key: `flood${n}` })),
      r.take({ key: 'single', appId: 'A2' }),
    ];
    await eventually(() => held.batches.length === 2, 'two batches under way');
    expect(held.batches[0]!.map(({ key }) => key)).toEqual(['flood0', 'single', 'flood1', 'flood2']);
    while (held.batches.flat().length < 21) {
      held.release();
      await new Promise((resolve) => setImmediate(resolve));
    }
    let isOver = false;
    const drain = eventually(() => (held.release(), isOver), 'release');
    expect(new Set(await Promise.all(taken))).toEqual(new Set(['journaled']));
    isOver = true;
    await drain;
  });

  test('The intake refuses an app that has too much waiting to be written, and no other app', async () => {
    const held = heldJournal();
    const r = await rig(undefined, { queuedPerApp: 5, batchRows: 1 }, held.wrap);
    const flood = Array.from({ length: 5 }, (_, n) => r.take({ key: `flood${n}` }));
    await expect(r.take({ key: 'more' })).rejects.toMatchObject({ code: 'overloaded' });
    const other = r.take({ key: 'other', appId: 'A2' });
    let isOver = false;
    const drain = eventually(() => (held.release(), isOver), 'release');
    await Promise.all([...flood, other]);
    expect(await r.take({ key: 'more' }).catch(() => 'refused')).toBe('journaled');
    isOver = true;
    await drain;
  });

  test('The intake refuses an app whose events are too large together', async () => {
    const held = heldJournal();
    const r = await rig(undefined, { queuedBytesPerApp: 1000, batchRows: 1 }, held.wrap);
    const body = 'x'.repeat(600);
    const flood = ['a', 'b'].map((key) => r.take({ key, body, conversation: key }));
    await expect(r.take({ key: 'e' })).rejects.toMatchObject({ code: 'overloaded' });
    let isOver = false;
    const drain = eventually(() => (held.release(), isOver), 'release');
    await Promise.all(flood);
    expect(await r.take({ key: 'e' })).toBe('journaled');
    isOver = true;
    await drain;
  });

  test('The intake refuses an app whose backlog fills its quota, until some of it is delivered', async () => {
    const r = await rig(undefined, { backlogBytesPerApp: 3000 });
    for (const key of ['a', 'b', 'c'])
      await r.take({ key, connectionIds: [`con_${key}`], body: 'x'.repeat(500) });
    await expect(r.take({ key: 'd' })).rejects.toMatchObject({ code: 'overloaded' });
    await r.take({ key: 'other', appId: 'A2' });
    await r.delivery.start();
    await eventually(() => r.server.got.length === 4, 'delivered');
    expect(await r.take({ key: 'd' })).toBe('journaled');
  });

  test('The intake counts bytes, not letters, so that its count is zero when everything is delivered', async () => {
    const r = await rig(undefined, { backlogBytesPerApp: 190_000 });
    const body = `"${'\u3042'.repeat(30_000)}"`;
    for (const key of ['a', 'b']) await r.take({ key, body });
    await expect(r.take({ key: 'c' })).rejects.toMatchObject({ code: 'overloaded' });
    await r.close();
    await r.open();
    await r.delivery.start();
    await eventually(() => r.server.got.length === 2, 'all dispatched');
    expect(await r.take({ key: 'd', body })).toBe('journaled');
    expect(await r.take({ key: 'e' })).toBe('journaled');
  });

  test('The intake counts events that are sent again', async () => {
    const r = await rig(undefined, { backlogBytesPerApp: 20_500 });
    const body = 'x'.repeat(9000);
    r.server.answer = ({ key }) =>
      key === 'dead' ? { t: 'poisoned', reason: 'x' } : { t: 'outage', reason: 'down' };
    await r.delivery.start();
    await r.take({ key: 'dead', body });
    await eventually(async () => (await r.delivery.stats()).dead === 1, 'given up');
    r.server.answer = () => ({ t: 'outage', reason: 'down' });
    const [letter] = await r.delivery.deadLetters.list({ after: 0, limit: 1 });
    await r.delivery.deadLetters.resend([letter!.id]);
    await r.take({ key: 'a', body: 'x'.repeat(1000) });
    await expect(r.take({ key: 'b' })).rejects.toMatchObject({ code: 'overloaded' });
  });

  test('The intake knows after a restart how much of an app is waiting', async () => {
    const r = await rig(undefined, { backlogBytesPerApp: 4000 });
    for (const key of ['a', 'b']) await r.take({ key, body: 'x'.repeat(500) });
    await r.close();
    await r.open();
    r.server.answer = () => ({ t: 'outage', reason: 'down' });
    await r.delivery.start();
    await expect(r.take({ key: 'd' })).rejects.toMatchObject({ code: 'overloaded' });
  });
});

describe('the share of a connection', () => {
  test('A connection alone fills at most half of its app’s share, and the others go on having its events', async () => {
    const r = await rig(undefined, { backlogBytesPerApp: 8000 });
    const body = 'x'.repeat(488);
    for (const key of ['1', '2', '3', '4']) expect(await r.take({ key, body })).toBe('journaled');
    const refused = r.take({ key: '5', body });
    await expect(refused).rejects.toMatchObject({
      code: 'overloaded',
      message: /connection con_1 has reached its journal quota/,
    });
    expect(await r.take({ key: '6', body, connectionIds: ['con_1', 'con_2'] })).toBe('journaled');
    expect(r.seen.find(({ t }) => t === 'over_share')).toMatchObject({ appId: 'A1', connectionId: 'con_1' });
    const { waitingByConnection } = await r.delivery.stats();
    expect([...waitingByConnection]).toEqual([
      ['con_1', 4],
      ['con_2', 1],
    ]);
    await r.delivery.start();
    await eventually(() => r.server.got.length === 5, 'delivered');
    expect(await r.take({ key: '5', body })).toBe('journaled');
  });

  test('However many connections fill their shares, one that has nothing waiting has room', async () => {
    const r = await rig(undefined, { backlogBytesPerApp: 100_000 });
    const body = 'x'.repeat(488);
    let taken = 0;
    for (let n = 0; n < 400; n += 1)
      taken += await r
        .take({ key: `${n}`, body, connectionIds: [`con_${n % 9}`] })
        .then(() => 1)
        .catch(() => 0);
    expect(taken).toBeLessThan(100);
    expect(taken).toBeGreaterThan(80);
    expect(await r.take({ key: 'quiet', body, connectionIds: ['con_quiet'] })).toBe('journaled');
  });
});

describe('a connection that is removed', () => {
  test('A removed connection leaves nothing in the journal and frees its app’s share, and it is told how much it was', async () => {
    const r = await rig(undefined, { backlogBytesPerApp: 8000, pruneRows: 2 });
    const body = 'x'.repeat(488);
    for (const key of ['1', '2', '3', '4']) await r.take({ key, body });
    await r.take({ key: 'other', body, connectionIds: ['con_2'] });
    await r.delivery.removeConnection('con_1', new AbortController().signal);
    expect(r.seen.at(-1)).toEqual({ t: 'connection_removed', connectionId: 'con_1', waiting: 4, dead: 0 });
    expect(await r.delivery.connections()).toEqual(['con_2']);
    for (const key of ['1', '2', '3']) expect(await r.take({ key, body })).toBe('journaled');
    await r.delivery.start();
    await eventually(() => r.server.got.length === 4, 'what came afterwards');
    expect(r.server.got.sort()).toEqual(['1', '2', '3', 'other']);
  });
});

describe('a journal that cannot be written', () => {
  test('A journal that cannot be written is reported once, and events are refused until it can be written', async () => {
    const fragile = fragileJournal();
    const r = await rig(undefined, {}, fragile.wrap);
    await r.delivery.start();
    await r.take({ key: 'before' });
    fragile.state.code = 'journal_full';
    await expect(r.take({ key: 'a' })).rejects.toMatchObject({ code: 'journal_full' });
    await expect(r.take({ key: 'b' })).rejects.toMatchObject({ code: 'journal_full' });
    expect((await r.delivery.stats()).journalFailing).toContain('disk of the journal is full');
    fragile.state.code = undefined;
    await eventually(() => r.tags().includes('journal_writable'), 'a probe went through');
    expect(await r.take({ key: 'a' })).toBe('journaled');
    await eventually(() => r.server.got.length === 2, 'dispatched');
    expect(r.tags().filter((t) => t === 'journal_failing')).toHaveLength(1);
    expect((await r.delivery.stats()).journalFailing).toBeUndefined();
  });

  test('A journal that goes on failing for another reason says that too, and neither reason twice', async () => {
    const fragile = fragileJournal();
    const r = await rig(undefined, {}, fragile.wrap);
    await r.delivery.start();
    for (const code of [
      'journal_unavailable',
      'journal_full',
      'journal_unavailable',
      'journal_full',
    ] as const) {
      fragile.state.code = code;
      await expect(r.take({ key: code })).rejects.toMatchObject({ code });
    }
    expect(r.tags().filter((t) => t === 'journal_failing')).toHaveLength(2);
    fragile.state.code = undefined;
    await eventually(() => r.tags().includes('journal_writable'), 'a probe went through');
    fragile.state.code = 'journal_full';
    await expect(r.take({ key: 'later' })).rejects.toMatchObject({ code: 'journal_full' });
    expect(r.tags().filter((t) => t === 'journal_failing')).toHaveLength(3);
  });

  test('No outcome is lost while the journal cannot be written: it is written afterwards, and its event is sent once', async () => {
    const fragile = fragileJournal();
    const r = await rig(undefined, {}, fragile.wrap);
    r.server.answer = () => {
      fragile.state.code = 'journal_full';
      return { t: 'delivered', eventId: '' };
    };
    await r.take({ key: 'a' });
    await r.take({ key: 'b' });
    await r.delivery.start();
    await eventually(() => r.tags().includes('journal_failing'), 'the settlement failed');
    const start = r.clock.now();
    await eventually(() => r.clock.now() - start > 30_000, 'half a minute');
    expect(r.server.got).toEqual(['a']);
    r.server.answer = () => ({ t: 'delivered', eventId: '' });
    fragile.state.code = undefined;
    await eventually(() => r.server.got.length === 2, 'the next one dispatched');
    await eventually(async () => (await r.delivery.stats()).waiting === 0, 'nothing waits');
    expect(r.server.got).toEqual(['a', 'b']);
  });
});

describe('The retention of the journal', () => {
  test('The retention removes bodies and keys after their time and not before', async () => {
    const r = await rig(undefined, { pruneMs: 1000, bodiesMs: 20_000, keysMs: 100_000 });
    // Of one that is begun in being written nothing but the key is kept.
    await r.take({ key: 'a', body: 'x'.repeat(200_000) });
    await r.delivery.start();
    await eventually(() => r.server.got.length === 1, 'dispatched');
    const { usedBytes } = await r.delivery.stats();
    await eventually(async () => (await r.delivery.stats()).usedBytes < usedBytes - 150_000, 'body gone');
    expect(await r.take({ key: 'a' })).toBe('duplicate');
    const start = r.clock.now();
    await eventually(() => r.clock.now() - start > 100_000, 'its time');
    await eventually(async () => (await r.take({ key: 'a' })) === 'journaled', 'the key is forgotten');
  });

  test('Of several processes with one journal only the chosen one prunes it, and another one from when it is chosen', async () => {
    let isChosen = false;
    let asked = 0;
    const pruned: boolean[] = [];
    const r = await rig(
      undefined,
      { pruneMs: 1000 },
      (journal) => ({
        ...journal,
        prune: (request) => {
          pruned.push(isChosen);
          return journal.prune(request);
        },
      }),
      ...[undefined, undefined],
      () => {
        asked += 1;
        return isChosen;
      },
    );
    await r.delivery.start();
    await eventually(() => asked >= 3, 'three rounds');
    expect(pruned).toEqual([]);
    isChosen = true;
    await eventually(() => pruned.length > 0, 'a round of the chosen one');
    expect(pruned).not.toContain(false);
  });
});
