import { describe, expect, test } from 'vitest';
import { scaledClock, type Clock } from '../../../src/core/clock.js';
import type { DispatchOutcome } from '../../../src/delivery/sink.js';
import type { JournalRow } from '../../../src/storage/rows.js';
import { eventually } from '../../helpers/eventually.js';
import { rig, type Rig } from './rig.js';

const keys = (count: number, prefix = 'e'): string[] =>
  Array.from({ length: count }, (_, n) => `${prefix}${String(n).padStart(4, '0')}`);

/** One event always ends so, and others go on; resolves when the one behind it in its conversation has passed it. */
async function passed(outcome: DispatchOutcome): Promise<Rig> {
  const r = await rig();
  let more = 0;
  r.server.answer = (row) => (row.key === 'bad' ? outcome : { t: 'delivered', eventId: '' });
  await r.delivery.start();
  await r.take({ key: 'bad' });
  await r.take({ key: 'behind' });
  await eventually(async () => {
    more += 1;
    await r.take({ key: `other${more}`, conversation: 'C2' });
    return r.server.got.includes('behind');
  }, 'the row behind it dispatched');
  return r;
}

describe('Delivery', () => {
  test('An event goes to the server once, however often Slack sends it', async () => {
    const self = await rig();
    const { delivery, server, seen } = self;
    await delivery.start();
    expect(await self.take({ key: 'a' })).toBe('journaled');
    expect(await self.take({ key: 'a' })).toBe('duplicate');
    await eventually(() => server.got.length === 1, 'dispatched');
    expect(await self.take({ key: 'a' })).toBe('duplicate');
    await self.take({ key: 'b' });
    await eventually(() => server.got.length === 2, 'dispatched');
    expect(server.got).toEqual(['a', 'b']);
    expect(seen.map(({ t }) => t).filter((t) => t !== 'received')).toEqual(
      expect.arrayContaining(['journaled', 'duplicate', 'dispatched']),
    );
  });

  test('An event goes to every connection that it is for', async () => {
    const r = await rig();
    await r.delivery.start();
    await r.take({ key: 'a', connectionIds: ['con_1', 'con_2'] });
    expect(await r.take({ key: 'a', connectionIds: ['con_2', 'con_3'] })).toBe('journaled');
    await eventually(() => r.server.got.length === 3, 'three dispatches');
    await eventually(async () => (await r.delivery.stats()).waiting === 0, 'nothing waits');
  });

  test('The order within a conversation is kept while other conversations run beside it', async () => {
    const r = await rig();
    let most = 0;
    const under = new Set<JournalRow>();
    r.server.answer = async (row) => {
      expect([...under].some((other) => other.conversation === row.conversation)).toBe(false);
      under.add(row);
      most = Math.max(most, under.size);
      await eventually(() => most > 1, 'another beside it');
      under.delete(row);
      return { t: 'delivered', eventId: '' };
    };
    const all = keys(60);
    await Promise.all(all.map((key, n) => r.take({ key, conversation: `C${n % 5}` })));
    await r.delivery.start();
    await eventually(() => r.server.got.length === 60, 'all dispatched');
    for (let n = 0; n < 5; n += 1) {
      const own = r.server.got.filter((key) => Number(key.slice(1)) % 5 === n);
      expect(own).toEqual([...own].sort());
    }
    expect(most).toBeGreaterThan(1);
  });

  test('Events that a person waits for are sent before those that wait', async () => {
    const r = await rig();
    await Promise.all(keys(50).map((key) => r.take({ key, conversation: key })));
    await r.take({ key: 'click', urgent: true, kind: 'interactive' });
    await r.delivery.start();
    await eventually(() => r.server.got.length === 51, 'all dispatched');
    expect(r.server.got[0]).toBe('click');
  });

  test('Urgent rows begin although other events hold all their slots', async () => {
    const r = await rig();
    let release = (): void => undefined;
    const held = new Promise<void>((resolve) => (release = resolve));
    let under = 0;
    r.server.answer = async (row) => {
      under += 1;
      if (!row.urgent) await held;
      return { t: 'delivered', eventId: '' };
    };
    await r.delivery.start();
    await Promise.all(keys(60).map((key) => r.take({ key, conversation: key })));
    await eventually(() => under >= 8, 'slots in use');
    await r.take({ key: 'click', urgent: true });
    await eventually(() => r.server.got.includes('click'), 'click dispatched');
    expect(r.server.got).toEqual(['click']);
    expect((await r.delivery.stats()).inFlight).toBeLessThanOrEqual(32);
    release();
    await eventually(() => r.server.got.length === 61, 'all dispatched');
  });

  test('An app with one event overtakes an app with thousands', async () => {
    const r = await rig();
    await Promise.all(keys(400).map((key) => r.take({ key, conversation: key })));
    await r.take({ key: 'single', appId: 'A2', connectionIds: ['con_2'] });
    await r.delivery.start();
    await eventually(() => r.server.got.length === 401, 'all dispatched');
    expect(r.server.got.indexOf('single')).toBeLessThan(10);
  });

  test('A failed dispatch is tried again and delays only its conversation', async () => {
    const r = await rig();
    let failures = 0;
    r.server.answer = (row) =>
      row.key === 'a1' && failures++ < 3
        ? { t: 'failed', reason: 'hiccup' }
        : { t: 'delivered', eventId: '' };
    await r.take({ key: 'a1' });
    await r.take({ key: 'a2' });
    await Promise.all(keys(20).map((key) => r.take({ key, conversation: key })));
    await r.delivery.start();
    await eventually(() => r.server.got.length === 22, 'all dispatched');
    expect(r.server.got.slice(-2)).toEqual(['a1', 'a2']);
    expect(r.tags().filter((t) => t === 'retried')).toHaveLength(3);
  });

  test('An event that the server refuses becomes a dead letter and is sent again on request', async () => {
    const r = await rig();
    let isFixed = false;
    r.server.answer = (row) =>
      row.key === 'bad' && !isFixed
        ? { t: 'poisoned', reason: 'blob too large' }
        : { t: 'delivered', eventId: '' };
    await r.delivery.start();
    for (const key of ['a', 'bad', 'c']) await r.take({ key });
    await eventually(() => r.server.got.length === 2, 'the others dispatched');
    const [letter] = await r.delivery.deadLetters.list({ after: 0, limit: 10 });
    expect(letter).toMatchObject({ key: 'bad', reason: 'blob too large' });
    expect(await r.journal.deadBody(letter!.id)).toBe('{"key":"bad"}');
    expect((await r.delivery.stats()).dead).toBe(1);
    isFixed = true;
    expect(await r.delivery.deadLetters.resend([letter!.id])).toMatchObject([{ id: letter!.id }]);
    await eventually(() => r.server.got.length === 3, 'sent again');
    expect(r.server.got).toEqual(['a', 'c', 'bad']);
    await eventually(async () => (await r.delivery.stats()).waiting === 0, 'nothing waits');
  });

  test('A row that fails again and again is given up while others pass', async () => {
    const r = await passed({ t: 'failed', reason: 'odd' });
    const dead = r.seen.filter((event) => event.t === 'dead');
    expect(dead).toHaveLength(1);
    expect(dead[0]).toMatchObject({ row: { key: 'bad' }, attempts: 8 });
  });

  test('A row at which the server always seems down is given up while others pass', async () => {
    const r = await passed({ t: 'outage', reason: 'deadline exceeded' });
    // On a busy machine it may be taken for an outage more than once before it is given up.
    expect(r.tags()).toContain('outage');
    expect(r.seen.filter((event) => event.t === 'dead')).toMatchObject([{ row: { key: 'bad' } }]);
  });

  test('An outage costs no event and keeps each conversation in order', async () => {
    const r = await rig();
    let isDown = true;
    let tries = 0;
    r.server.answer = () => {
      tries += 1;
      return isDown ? { t: 'outage', reason: 'connection refused' } : { t: 'delivered', eventId: '' };
    };
    await r.delivery.start();
    await Promise.all(keys(100).map((key, n) => r.take({ key, conversation: `C${n % 7}` })));
    const start = r.clock.now();
    await eventually(() => r.clock.now() - start > 120_000, 'two minutes');
    expect((await r.delivery.stats()).outage).toBe('connection refused');
    // At first as many as there were slots, then one probe at a time.
    expect(tries).toBeLessThan(40);
    isDown = false;
    await eventually(() => r.server.got.length === 100, 'backlog drained');
    for (let n = 0; n < 7; n += 1) {
      const own = r.server.got.filter((key) => Number(key.slice(1)) % 7 === n);
      expect(own).toEqual([...own].sort());
    }
    expect(await r.delivery.deadLetters.list({ after: 0, limit: 10 })).toEqual([]);
    expect(r.tags().filter((t) => t === 'outage' || t === 'passing')).toEqual(['outage', 'passing']);
  });

  test('Failures of many rows count as an outage, whatever their words', async () => {
    const r = await rig();
    let isDown = true;
    r.server.answer = () => (isDown ? { t: 'failed', reason: 'odd' } : { t: 'delivered', eventId: '' });
    await r.delivery.start();
    await Promise.all(keys(10).map((key) => r.take({ key, conversation: key })));
    const start = r.clock.now();
    await eventually(() => r.clock.now() - start > 300_000, 'five minutes');
    expect((await r.delivery.stats()).outage).toBe('odd');
    isDown = false;
    await eventually(() => r.server.got.length === 10, 'all dispatched');
    expect(r.tags()).not.toContain('dead');
  });

  test('A row of which no event can be made, or not soon, is given up, and its lane goes on', async () => {
    const time = scaledClock(100);
    let passed = 0;
    const clock: Clock = { ...time, monotonic: () => time.monotonic() + passed };
    const r = await rig(clock);
    r.server.preparing = ({ key }) => {
      // Longer than a dispatch may take.
      if (key === 'slow') passed += 40_000;
      if (key === 'broken') throw new TypeError('a fault of ours');
    };
    await r.delivery.start();
    for (const key of ['a', 'slow', 'broken', 'b']) await r.take({ key });
    await eventually(() => r.server.got.includes('b'), 'the row behind them dispatched');
    expect(r.server.got).toEqual(['a', 'b']);
    expect(r.seen.filter(({ t }) => t === 'dead')).toMatchObject([
      {
        row: { key: 'slow' },
        attempts: 1,
        reason: expect.stringMatching(/^mapping the event took 40/) as string,
      },
      { row: { key: 'broken' }, attempts: 1, reason: 'a fault of ours' },
    ]);
    expect(r.tags()).not.toContain('outage');
    expect(r.tags()).not.toContain('retried');
  });

  test('A dispatch that takes too long counts as an outage and is ended', async () => {
    const r = await rig();
    let hung = 0;
    r.server.answer = (_, signal) => {
      if (hung > 0) return { t: 'delivered', eventId: '' };
      hung += 1;
      return new Promise((_resolve, reject) => {
        signal.addEventListener('abort', () => reject(new Error('aborted')));
      });
    };
    await r.delivery.start();
    await r.take({ key: 'a' });
    await eventually(() => r.server.got.length === 1, 'sent again');
    expect(r.seen.find((event) => event.t === 'outage')).toMatchObject({
      reason: 'the dispatch took longer than 30000 ms',
    });
  });
});
