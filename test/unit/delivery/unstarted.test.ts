import { describe, expect, test } from 'vitest';
import { PluginError } from '../../../src/core/errors.js';
import { SECOND, lost, other, keys } from './lost-dispatch.js';

describe('a row whose event was stored and has started nothing', () => {
  test('A row that has started nothing is sent again 10 s after a later event was seen to have started a session', async () => {
    const r = await lost({ stored: true, unstarted: true });
    r.server.fates.set('evt_first', 'started');
    await other(r, 'first');
    await r.clock.advance(18 * SECOND);
    expect(keys(r)).toEqual(['first']);
    await r.clock.advance(10 * SECOND);
    expect(keys(r)).toEqual(['first', 'lost']);
  });

  test('A row that has started nothing waits as long again as the slowest later event took to start', async () => {
    const r = await lost({ stored: true, unstarted: true });
    r.server.fates.set('evt_first', 'due');
    await other(r, 'first');
    await r.clock.advance(60 * SECOND);
    r.server.fates.set('evt_first', 'started');
    await r.clock.advance(55 * SECOND);
    expect(keys(r)).toEqual(['first']);
    await r.clock.advance(25 * SECOND);
    expect(keys(r)).toEqual(['first', 'lost']);
  });

  test('A row that starts while it is looked up again and again is not sent again', async () => {
    const r = await lost({ stored: true, unstarted: true });
    await other(r, 'first');
    await r.clock.advance(40 * SECOND);
    r.server.unstarted.clear();
    await r.clock.advance(10 * SECOND);
    expect(keys(r)).toEqual(['first']);
    expect(r.tags()).toContain('recovered_unconfirmed');
  });

  test('A row that has started nothing is sent again after two minutes although nothing else started a session', async () => {
    const r = await lost({ stored: true, unstarted: true });
    await other(r, 'first');
    await r.clock.advance(110 * SECOND);
    expect(keys(r)).toEqual(['first']);
    await r.clock.advance(20 * SECOND);
    expect(keys(r)).toEqual(['first', 'lost']);
  });

  test('A row that has started nothing waits longer while the server is known to be behind', async () => {
    const r = await lost({ stored: true, unstarted: true });
    await other(r, 'first');
    r.server.fates.set('evt_first', 'due');
    await r.clock.advance(800 * SECOND);
    expect(keys(r)).toEqual(['first']);
    await r.clock.advance(110 * SECOND);
    expect(keys(r)).toEqual(['first', 'lost']);
  });

  test('A row that has started nothing is not sent again while any later event that must start has not', async () => {
    const r = await lost({ stored: true, unstarted: true });
    for (const key of ['first', 'second', 'third']) {
      r.server.fates.set(`evt_${key}`, key === 'first' ? 'due' : 'started');
      await other(r, key);
      await r.clock.advance(3 * SECOND);
    }
    await r.clock.advance(200 * SECOND);
    expect(keys(r)).toEqual(['first', 'second', 'third']);
    r.server.fates.set('evt_first', 'started');
    await r.clock.advance(450 * SECOND);
    expect(keys(r)).toEqual(['first', 'second', 'third', 'lost']);
  });

  test('A row that has started nothing is compared with the first later events, however many came since', async () => {
    const r = await lost({ stored: true, unstarted: true });
    r.server.fates.set('evt_first', 'due');
    await other(r, 'first');
    for (let n = 0; n < 300; n += 1) {
      r.server.fates.set(`evt_n${n}`, 'started');
      await other(r, `n${n}`);
      await r.clock.advance(1.5 * SECOND);
    }
    expect(keys(r)).not.toContain('lost');
  });

  test('A row that has started nothing is compared with events that must start, though most others need not', async () => {
    const r = await lost({ stored: true, unstarted: true });
    for (let n = 0; n < 30; n += 1) {
      if (n > 20) r.server.fates.set(`evt_n${n}`, 'due');
      await other(r, `n${n}`);
      await r.clock.advance(1.5 * SECOND);
    }
    await r.clock.advance(200 * SECOND);
    expect(keys(r)).not.toContain('lost');
  });

  test('A later event about which the server refuses to speak says nothing about the row', async () => {
    const r = await lost({ stored: true, unstarted: true });
    const fateOf = r.server.fateOf.bind(r.server);
    r.server.fateOf = (taken) =>
      taken.eventId === 'evt_gone' ? Promise.reject(new PluginError('forbidden', 'gone')) : fateOf(taken);
    r.server.fates.set('evt_first', 'due');
    await other(r, 'gone');
    await r.clock.advance(2 * SECOND);
    await other(r, 'first');
    await r.clock.advance(600 * SECOND);
    expect(keys(r)).toEqual(['gone', 'first']);
    expect(r.tags()).not.toContain('lookup_failed');
  });

  test('A row that is alone and has started nothing waits for two minutes', async () => {
    const r = await lost({ stored: true, unstarted: true });
    await r.clock.advance(115 * SECOND);
    expect(keys(r)).toEqual([]);
    await r.clock.advance(20 * SECOND);
    expect(keys(r)).toEqual(['lost']);
  });

  test('A row that waits to be looked up holds up no other conversation, and shows no outage once events pass', async () => {
    const r = await lost({ stored: true, unstarted: true });
    for (let n = 0; n < 20; n += 1) {
      await other(r, `n${n}`);
      await r.clock.advance(SECOND);
    }
    expect(keys(r)).toHaveLength(20);
    const stats = await r.delivery.stats();
    expect([stats.outage, stats.waiting, stats.inFlight]).toEqual([undefined, 1, 0]);
  });
});
