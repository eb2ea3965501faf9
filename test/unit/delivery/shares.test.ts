import { expect, test } from 'vitest';
import { Channel } from '../../../src/core/channel.js';
import { scaledClock } from '../../../src/core/clock.js';
import { DEFAULT_LIMITS } from '../../../src/delivery/limits.js';
import { deliveryShares } from '../../../src/delivery/shares.js';
import type { Membership } from '../../../src/storage/cluster.js';
import { ALONE } from '../../../src/storage/sqlite/cluster.js';
import { eventually } from '../../helpers/eventually.js';
import { rig } from './rig.js';

/** A membership with so many others. */
class Counted implements Membership {
  readonly isShared = true;
  readonly instance = '0';
  readonly holdsLease = (): boolean => true;
  readonly holds = (): boolean => true;
  readonly fenced = new Channel<undefined>();
  readonly lapsed = new Channel<undefined>();
  readonly changed = new Channel<undefined>();
  readonly now = undefined;
  stopping = 0;
  members = (): { name: string; instance: string; isDraining: boolean }[] =>
    Array.from({ length: this.count }, (_, at) => ({
      name: `${at}`,
      instance: `${at}`,
      isDraining: at >= this.count - this.stopping,
    }));

  constructor(public count: number) {}

  drain(): Promise<void> {
    return Promise.resolve();
  }
}

test('The limits of dispatches are divided among the members, with a least part for each', () => {
  const whole = { concurrency: 28, perConnection: 24, urgentReserve: 4 };
  expect(deliveryShares(DEFAULT_LIMITS, ALONE)()).toEqual(whole);
  const membership = new Counted(1);
  const shares = deliveryShares(DEFAULT_LIMITS, membership);
  expect(shares()).toEqual(whole);
  const of = (count: number, stopping = 0): object => {
    Object.assign(membership, { count, stopping });
    membership.changed.emit(undefined);
    return shares();
  };
  expect(of(2)).toEqual({ concurrency: 14, perConnection: 12, urgentReserve: 2 });
  expect(of(3)).toEqual({ concurrency: 10, perConnection: 12, urgentReserve: 2 });
  expect(of(20)).toEqual({ concurrency: 4, perConnection: 12, urgentReserve: 2 });
  expect(of(3, 2)).toEqual(whole);
});

test('A process with others begins only its part of the dispatches at once', async () => {
  const r = await rig(
    scaledClock(100),
    { concurrency: 8, perConnection: 8 },
    (journal) => journal,
    new Counted(2),
  );
  let under = 0;
  let most = 0;
  let release: (() => void)[] = [];
  r.server.answer = () =>
    new Promise((resolve) => {
      under += 1;
      most = Math.max(most, under);
      release.push(() => {
        under -= 1;
        resolve({ t: 'delivered', eventId: 'evt' });
      });
    });
  await r.delivery.start();
  await Promise.all(Array.from({ length: 12 }, (_, at) => r.take({ key: `${at}`, conversation: `C${at}` })));
  await eventually(() => {
    if (under >= 4 || r.server.got.length >= 8) for (const go of release.splice(0)) go();
    return r.server.got.length === 12;
  }, 'all are dispatched');
  expect(most).toBe(4);
  release = [];
});

test('A row of an app that others host is left to them for a while', async () => {
  const hosted = new Set(['A2']);
  const limits = { sharedMs: 100, unhostedMs: 30_000 };
  const isHost = (appId: string): boolean => hosted.has(appId);
  const r = await rig(scaledClock(100), limits, (journal) => journal, new Counted(3), isHost);
  await r.delivery.start();
  for (const appId of ['A1', 'A2'])
    await r.journal.append([
      { connectionId: 'con_1', ...r.event({ key: appId, appId, conversation: appId }) },
    ]);
  await eventually(() => r.server.got.length === 2, 'both are dispatched');
  const waited = r.seen.flatMap((event) =>
    event.t === 'dispatched' && event.row.appId === 'A1' ? [event.waitedMs] : [],
  );
  expect(waited[0]).toBeGreaterThanOrEqual(30_000);
});
