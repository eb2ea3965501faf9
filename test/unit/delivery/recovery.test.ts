import { describe, expect, test } from 'vitest';
import { scaledClock } from '../../../src/core/clock.js';
import { PluginError } from '../../../src/core/errors.js';
import type { JournalRow } from '../../../src/storage/rows.js';
import { eventually } from '../../helpers/eventually.js';
import { rig, type Rig } from './rig.js';

const WANT = { appId: 'A1', connectionId: 'con_1', urgent: false, limit: 10 };

/** Leaves rows in flight, as an owner does that was killed. */
async function claimAndVanish(r: Rig): Promise<readonly JournalRow[]> {
  return (await r.journal.claim('killed', r.clock.now(), [WANT])).rows;
}

describe('Recovery after a crash', () => {
  test('After a crash a row that the server has counts as delivered and is not sent again', async () => {
    const r = await rig();
    await r.take({ key: 'a' });
    await r.take({ key: 'b' });
    await claimAndVanish(r);
    r.server.stored.add('a');
    await r.delivery.start();
    await eventually(() => r.server.got.length === 1, 'the next one dispatched');
    expect(r.server.got).toEqual(['b']);
    expect(r.seen.find((event) => event.t === 'recovered_unconfirmed')).toMatchObject({ row: { key: 'a' } });
  });

  test('After a crash a row that the server does not have is sent before those that came after it', async () => {
    const r = await rig();
    await r.take({ key: 'a' });
    await r.take({ key: 'b' });
    await claimAndVanish(r);
    await r.delivery.start();
    await eventually(() => r.server.got.length === 2, 'both dispatched');
    expect(new Set(r.server.lookedUp)).toEqual(new Set(['a']));
    expect(r.server.got).toEqual(['a', 'b']);
  });

  test('After a crash a row whose event is there and has started nothing is sent again', async () => {
    const r = await rig();
    await r.take({ key: 'a' });
    const [row] = await claimAndVanish(r);
    await r.journal.settle('killed', r.clock.now(), [
      { t: 'retry', id: row!.id, nextAt: r.clock.now(), reason: 'Temporal down', counted: false },
    ]);
    await claimAndVanish(r);
    r.server.stored.add('a');
    r.server.unstarted.add('a');
    await r.delivery.start();
    await eventually(() => r.server.got.length === 1, 'sent again');
    expect(r.tags()).not.toContain('recovered_unconfirmed');
  });

  test('After a crash the lookup repeats until the server answers, while other conversations continue', async () => {
    const r = await rig();
    await r.take({ key: 'a' });
    await claimAndVanish(r);
    await r.take({ key: 'behind' });
    await r.take({ key: 'other', conversation: 'C2' });
    let failures = 0;
    const find = r.server.find.bind(r.server);
    r.server.find = (row) => (failures++ < 3 ? Promise.reject(new Error('down')) : find(row));
    await r.delivery.start();
    await eventually(() => r.server.got.length === 3, 'all dispatched');
    expect(r.server.got).toEqual(['other', 'a', 'behind']);
    expect(failures).toBeGreaterThan(3);
  });

  test('After a crash a row that the server cannot tell about delays no other row and is sent in the end', async () => {
    const r = await rig();
    await r.take({ key: 'a' });
    await r.take({ key: 'b', conversation: 'C2' });
    await claimAndVanish(r);
    const find = r.server.find.bind(r.server);
    r.server.find = (row) => (row.key === 'a' ? Promise.reject(new Error('refused')) : find(row));
    await r.delivery.start();
    await eventually(() => r.server.got.length === 2, 'both dispatched');
    expect(r.server.got).toEqual(['b', 'a']);
    expect(r.seen.find(({ t }) => t === 'lookup_failed')).toMatchObject({ row: { key: 'a' } });
  });

  test('After a crash a row is looked up for as long as the server is away', async () => {
    const r = await rig();
    await r.take({ key: 'a' });
    await claimAndVanish(r);
    r.server.stored.add('a');
    let failures = 0;
    const find = r.server.find.bind(r.server);
    r.server.find = (row) =>
      failures++ < 20 ? Promise.reject(new PluginError('server_unavailable', 'away')) : find(row);
    await r.delivery.start();
    await eventually(() => r.tags().includes('recovered_unconfirmed'), 'found');
    expect(r.server.got).toEqual([]);
  });

  test.each(['takeOver', 'ready'])(
    'After a crash a row is looked up even if the first start failed at %s',
    async (verb) => {
      let fails = true;
      let taken = 0;
      const fail = () => Promise.reject(new PluginError('journal_unavailable', 'x'));
      const r = await rig(scaledClock(100), {}, (journal) => ({
        ...journal,
        // The second time, when the row is taken over already.
        takeOver: (...asked) =>
          fails && verb === 'takeOver' && taken++ > 0 ? fail() : journal.takeOver(...asked),
        ready: () => (fails && verb === 'ready' ? fail() : journal.ready()),
      }));
      await r.take({ key: 'a' });
      await claimAndVanish(r);
      await expect(r.delivery.start()).rejects.toMatchObject({ code: 'journal_unavailable' });
      fails = false;
      await r.delivery.start();
      await eventually(() => r.server.got.length === 1, 'dispatched');
      expect(r.server.lookedUp).toContain('a');
    },
  );

  test('After a crash waiting rows are dispatched, with their retries and dead letters as they were', async () => {
    const r = await rig();
    r.server.answer = () => ({ t: 'failed', reason: 'odd' });
    await r.delivery.start();
    await r.take({ key: 'a' });
    await eventually(() => r.tags().includes('retried'), 'a failure');
    await r.close();
    await r.open();
    await r.delivery.start();
    r.server.answer = () => ({ t: 'delivered', eventId: '' });
    await eventually(() => r.server.got.length === 1, 'dispatched');
    expect(await r.take({ key: 'a' })).toBe('duplicate');
  });
});

describe('The stop of delivery', () => {
  test('A stop refuses new events, lets dispatches finish and writes their outcomes', async () => {
    const r = await rig();
    let release = (): void => undefined;
    const held = new Promise<void>((resolve) => (release = resolve));
    let under = 0;
    r.server.answer = async () => {
      under += 1;
      await held;
      return { t: 'delivered', eventId: '' };
    };
    await r.delivery.start();
    await r.take({ key: 'a' });
    await r.take({ key: 'b' });
    await eventually(() => under === 1, 'under way');
    const stopped = r.delivery.stop();
    await expect(r.take({ key: 'late' })).rejects.toMatchObject({ code: 'stopped' });
    release();
    await stopped;
    await r.delivery.stop();
    const stats = await r.journal.stats();
    expect(stats.sources[0]).toMatchObject({ waiting: 1 });
    await expect(r.delivery.start()).rejects.toMatchObject({ code: 'stopped' });
  });

  test('A stop ends dispatches that do not finish, and the next start looks them up', async () => {
    const r = await rig();
    let under = 0;
    r.server.answer = (_, signal) => {
      under += 1;
      return new Promise((_resolve, reject) => {
        signal.addEventListener('abort', () => reject(new Error('aborted')));
      });
    };
    await r.delivery.start();
    await r.take({ key: 'a' });
    await eventually(() => under === 1, 'under way');
    await r.close();
    r.server.answer = () => ({ t: 'delivered', eventId: '' });
    await r.open();
    await r.delivery.start();
    await eventually(() => r.server.got.length === 1, 'sent');
    expect(r.server.lookedUp).toContain('a');
  });

  test('A stop writes the events that were taken before it', async () => {
    const r = await rig();
    const taken = Promise.all(['a', 'b', 'c'].map((key) => r.take({ key })));
    await r.delivery.stop();
    expect(await taken).toEqual(['journaled', 'journaled', 'journaled']);
  });
});
