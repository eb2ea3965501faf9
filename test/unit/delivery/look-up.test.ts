import { describe, expect, test } from 'vitest';
import { PluginError } from '../../../src/core/errors.js';
import { HandClock } from '../../helpers/hand-clock.js';
import { rig } from './rig.js';
import { SECOND, delivered, unanswered, lost, other, keys } from './lost-dispatch.js';

describe('a row whose dispatch had no answer', () => {
  test('A row that the server has settled counts as delivered, 10 s after the first event that it took', async () => {
    const r = await lost({ stored: true });
    await other(r, 'first');
    await r.clock.advance(9 * SECOND);
    expect(keys(r)).toEqual(['first']);
    expect(r.server.lookedUp).toEqual([]);
    await r.clock.advance(3 * SECOND);
    expect(r.server.lookedUp).toEqual(['lost']);
    expect(r.tags()).toContain('recovered_unconfirmed');
    expect(keys(r)).toEqual(['first']);
    expect((await r.delivery.stats()).waiting).toBe(0);
  });

  test('A row that the server does not have is sent again, before those behind it in its conversation', async () => {
    const r = await lost({ stored: false });
    void r.take({ key: 'behind' });
    await other(r, 'first');
    await r.clock.advance(9 * SECOND);
    expect(keys(r)).toEqual(['first']);
    await r.clock.advance(3 * SECOND);
    expect(keys(r)).toEqual(['first', 'lost', 'behind']);
  });

  test('A row that is alone and not found is sent again soon after the server has said so', async () => {
    const r = await lost({ stored: false });
    await r.clock.advance(5 * SECOND);
    expect(keys(r)).toEqual(['lost']);
  });

  test('A row is not sent again while the server cannot be asked about it', async () => {
    const r = await lost({ stored: true });
    const find = r.server.find.bind(r.server);
    r.server.find = () => Promise.reject(new PluginError('server_unavailable', 'away'));
    await r.clock.advance(600 * SECOND);
    expect(keys(r)).toEqual([]);
    expect((await r.delivery.stats()).outage).toBe('away');
    r.server.find = find;
    await r.clock.advance(30 * SECOND);
    expect(keys(r)).toEqual([]);
    expect(r.tags()).toContain('recovered_unconfirmed');
    expect((await r.delivery.stats()).outage).toBeUndefined();
  });

  test('A row about which the server refuses to say anything eight times is sent again', async () => {
    const r = await lost({ stored: true });
    r.server.find = () => Promise.reject(new PluginError('forbidden', 'not yours'));
    await other(r, 'first');
    await r.clock.advance(600 * SECOND);
    expect(keys(r)).toEqual(['first', 'lost']);
    expect(r.tags().filter((t) => t === 'lookup_failed')).toHaveLength(7);
  });

  test('A row whose look-up always takes too long holds up nobody while other events pass, and is sent after eight', async () => {
    const r = await lost({ stored: true });
    r.server.find = () =>
      Promise.reject(new PluginError('timeout', 'the reply of AutoKitteh took longer than 15000 ms'));
    await other(r, 'first');
    for (let n = 0; n < 300; n += 1) {
      await other(r, `n${n}`);
      await r.clock.advance(SECOND);
      expect((await r.delivery.stats()).outage).toBeUndefined();
    }
    expect(keys(r)).toContain('lost');
    expect(r.tags()).not.toContain('dead');
  });

  test('A row is looked up although nothing can be said about the event of another connection', async () => {
    const r = await lost({ stored: true });
    r.server.fateOf = () => Promise.reject(new PluginError('not_found', 'that connection was deleted'));
    await other(r, 'first');
    await r.clock.advance(15 * SECOND);
    expect(r.tags()).toContain('recovered_unconfirmed');
    expect(r.tags()).not.toContain('lookup_failed');
  });

  test('Refused look-ups do not count against the row that is sent after them', async () => {
    const r = await lost({ stored: true });
    r.server.find = () => Promise.reject(new PluginError('forbidden', 'not yours'));
    const answer = r.server.answer;
    let failures = 0;
    r.server.answer = (row, signal) =>
      row.key === 'lost' && failures++ < 3 ? { t: 'failed', reason: 'odd' } : answer(row, signal);
    for (let n = 0; n < 200 && !keys(r).includes('lost'); n += 1) {
      await other(r, `n${n}`);
      await r.clock.advance(3 * SECOND);
    }
    expect(failures).toBe(4);
    expect(keys(r)).toContain('lost');
    expect((await r.delivery.stats()).dead).toBe(0);
  });

  test('A row that the server refused explicitly is sent again without a look-up', async () => {
    const clock = new HandClock();
    const r = await rig(clock);
    let refusals = 0;
    r.server.answer = () =>
      refusals++ < 2 ? { t: 'outage', reason: 'failed starting workflow' } : delivered;
    await r.delivery.start();
    void r.take({ key: 'a' });
    await clock.advance(5 * SECOND);
    expect(keys(r)).toEqual(['a']);
    expect(r.server.lookedUp).toEqual([]);
  });

  test('A row that met the beginning of an outage is looked up, and those that the server refuses later are not', async () => {
    const clock = new HandClock();
    const r = await rig(clock);
    let isDown = true;
    r.server.answer = ({ key }) => {
      if (!isDown) return { t: 'delivered', eventId: `evt_${key}` };
      r.server.stored.add(key);
      return { t: 'outage', reason: 'failed starting workflow: deadline exceeded', unsure: true };
    };
    await r.delivery.start();
    void r.take({ key: 'met' });
    await clock.advance(100);
    void r.take({ key: 'refused', conversation: 'C2' });
    await clock.advance(60 * SECOND);
    isDown = false;
    await clock.advance(30 * SECOND);
    expect(keys(r)).toEqual(['refused']);
    expect(new Set(r.server.lookedUp)).toEqual(new Set(['met']));
    expect((await r.delivery.stats()).waiting).toBe(0);
  });

  test('A dead letter whose last dispatch had no answer is looked up before it is sent again', async () => {
    const clock = new HandClock();
    const r = await rig(clock);
    r.server.answer = ({ key }) => (key === 'bad' ? unanswered : delivered);
    await r.delivery.start();
    void r.take({ key: 'bad' });
    for (let n = 0; n < 200 && !r.tags().includes('dead'); n += 1) {
      void r.take({ key: `n${n}`, conversation: `n${n}` });
      await clock.advance(3 * SECOND);
    }
    const [letter] = await r.delivery.deadLetters.list({ after: 0, limit: 10 });
    r.server.stored.add('bad');
    const before = keys(r).length;
    await r.delivery.deadLetters.resend([letter!.id]);
    await clock.advance(60 * SECOND);
    expect(keys(r)).toHaveLength(before);
    expect(r.tags()).toContain('recovered_unconfirmed');
    expect((await r.delivery.stats()).dead).toBe(0);
  });

  test('Thousands of rows in flight at a crash are looked up no more than dispatches at a time', async () => {
    const clock = new HandClock();
    const r = await rig(clock);
    for (let n = 0; n < 500; n += 1) await r.take({ key: `k${n}`, conversation: `k${n}` });
    await r.journal.claim('killed', clock.now(), [
      { appId: 'A1', connectionId: 'con_1', urgent: false, limit: 500 },
    ]);
    let [at, most] = [0, 0];
    const find = r.server.find.bind(r.server);
    r.server.find = async (row) => {
      most = Math.max(most, (at += 1));
      await new Promise((resolve) => setImmediate(resolve));
      at -= 1;
      return find(row);
    };
    for (let n = 0; n < 500; n += 1) r.server.stored.add(`k${n}`);
    await r.delivery.start();
    await clock.advance(30 * SECOND);
    expect(most).toBeGreaterThan(1);
    expect(most).toBeLessThanOrEqual(32);
    expect(keys(r)).toEqual([]);
    expect((await r.delivery.stats()).waiting).toBe(0);
  });
});
