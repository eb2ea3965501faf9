import { describe, expect, test } from 'vitest';
import { PluginError } from '../../../src/core/errors.js';
import type { Journal } from '../../../src/storage/journal.js';
import { eventually } from '../../helpers/eventually.js';
import { rig, type Rig } from './rig.js';

const delivered = { t: 'delivered', eventId: '' } as const;

/** Dispatches wait until the test lets one go. */
function holdDispatches(r: Rig) {
  const under: string[] = [];
  const held: (() => void)[] = [];
  r.server.answer = async ({ key }) => {
    under.push(key);
    await new Promise<void>((resolve) => held.push(resolve));
    return delivered;
  };
  return { under, release: () => held.shift()?.() };
}

describe('an event that is written while a slot is free', () => {
  test('An event that is written while a slot is free is dispatched without a claim', async () => {
    const wrap = (journal: Journal): Journal => ({
      ...journal,
      claim: () => Promise.resolve({ rows: [], next: [] }),
    });
    const r = await rig(undefined, {}, wrap);
    await r.delivery.start();
    for (const key of ['a', 'b', 'c']) await r.take({ key, conversation: key });
    await eventually(() => r.server.got.length === 3, 'all dispatched');
    await eventually(async () => (await r.delivery.stats()).waiting === 0, 'and written');
  });

  test('An event that is written while a slot is free waits for those before it in its conversation', async () => {
    const r = await rig();
    const { under, release } = holdDispatches(r);
    await r.delivery.start();
    await r.take({ key: 'a' });
    await r.take({ key: 'b' });
    await r.take({ key: 'beside', conversation: 'C2' });
    await eventually(() => under.length === 2, 'two under way');
    expect(under).toEqual(['a', 'beside']);
    release();
    await eventually(() => under.length === 3, 'the next under way');
    expect(under.at(-1)).toBe('b');
    release();
    release();
    await eventually(() => r.server.got.length === 3, 'all dispatched');
  });

  test('An event that is written does not overtake another one that has waited for the slot', async () => {
    const r = await rig(undefined, { concurrency: 2, urgentReserve: 0 });
    const { under, release } = holdDispatches(r);
    await r.delivery.start();
    for (const key of ['a', 'b', 'waits']) await r.take({ key, conversation: key });
    await eventually(() => under.length === 2, 'all slots in use');
    // What is taken in the same turn is written before anything can be claimed for the slot that comes free.
    const late = r.take({ key: 'late', conversation: 'late' });
    release();
    await late;
    await eventually(() => under.length === 3, 'the slot in use again');
    expect(under.at(-1)).toBe('waits');
    for (let n = 0; n < 3; n += 1) {
      release();
      await eventually(() => r.server.got.length === n + 2, 'one more');
    }
    release();
    await eventually(() => r.server.got.length === 4, 'all dispatched');
  });

  test('An event that is written during an outage is dispatched only by a probe', async () => {
    const r = await rig();
    let tries = 0;
    let isDown = true;
    r.server.answer = () => {
      tries += 1;
      return isDown ? { t: 'outage', reason: 'down' } : delivered;
    };
    await r.delivery.start();
    await r.take({ key: 'first' });
    await eventually(() => r.tags().includes('outage'), 'outage');
    const before = tries;
    const start = r.clock.now();
    for (let n = 0; n < 100; n += 1) await r.take({ key: `e${n}`, conversation: `C${n}` });
    await eventually(() => r.clock.now() - start > 10_000, 'ten seconds');
    // At half a second, then twice as long each time, fifteen seconds at most.
    const seconds = (r.clock.now() - start) / 1000;
    expect(tries - before).toBeLessThan(7 + seconds / 7);
    isDown = false;
    await eventually(() => r.server.got.length === 101, 'all dispatched');
  });

  test('An event that cannot be written gives its slot back', async () => {
    let isFull = false;
    const wrap = (journal: Journal): Journal => ({
      ...journal,
      append: (rows) =>
        isFull ? Promise.reject(new PluginError('journal_full', 'full')) : journal.append(rows),
    });
    const r = await rig(undefined, { concurrency: 2, urgentReserve: 0 }, wrap);
    await r.delivery.start();
    isFull = true;
    for (let n = 0; n < 5; n += 1)
      await expect(r.take({ key: `lost${n}` })).rejects.toMatchObject({ code: 'journal_full' });
    expect((await r.delivery.stats()).inFlight).toBe(0);
    isFull = false;
    await r.take({ key: 'a', conversation: 'C1' });
    expect(await r.take({ key: 'a', conversation: 'C1' })).toBe('duplicate');
    await r.take({ key: 'b', conversation: 'C2' });
    await eventually(() => r.server.got.length === 2, 'dispatched');
    await eventually(async () => (await r.delivery.stats()).inFlight === 0, 'all slots free');
  });
});
