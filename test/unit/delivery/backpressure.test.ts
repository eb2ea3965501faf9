import { describe, expect, test } from 'vitest';
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
