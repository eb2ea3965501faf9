import { expect, test } from 'vitest';
import type { SocketPlace, SocketPlaces, SocketShare } from '../../../src/slack/places.js';
import { OpenLimiter, URGENCY } from '../../../src/slack/open-limiter.js';
import { DEFAULT_POLICY } from '../../../src/slack/policy.js';
import { HandClock } from '../../helpers/hand-clock.js';
import { PoolRig, TOKEN } from './pool-rig.js';

/** The places of an app, most of them other processes', as the test says. */
class PlayedPlaces implements SocketPlaces {
  free = 10;
  sockets = 1;
  most = 4;
  mayGrow = true;
  live = 0;
  seen = 0;
  /** Whether others can be looked at. */
  isBlind = false;
  readonly asked: boolean[] = [];
  readonly held: { isLive: boolean; lose: () => void }[] = [];

  share(): SocketShare {
    return { sockets: this.sockets, most: this.most, mayGrow: this.mayGrow };
  }

  parts(): number {
    return 2;
  }

  take(_appId: string, isSpare: boolean, onLost: () => void): Promise<SocketPlace | undefined> {
    this.asked.push(isSpare);
    if (this.free === 0) return Promise.resolve(undefined);
    this.free -= 1;
    const held = { isLive: false, lose: onLost };
    this.held.push(held);
    return Promise.resolve({
      setLive: (isLive) => (held.isLive = isLive),
      free: () => {
        this.free += 1;
        this.held.splice(this.held.indexOf(held), 1);
      },
    });
  }

  others(): { live: number; seen: number } {
    return { live: this.live, seen: this.seen };
  }

  /** What others were asked to send; undefined if they cannot be asked. */
  relayed: string[] | undefined = [];

  relay(_appId: string, text: string): Promise<boolean> {
    this.relayed?.push(text);
    return Promise.resolve(this.live > 0 && this.relayed !== undefined);
  }

  look(): Promise<void> {
    return this.isBlind ? Promise.reject(new Error('PostgreSQL is away')) : Promise.resolve();
  }
}

async function rig(places = new PlayedPlaces(), foreign = 0, policy = DEFAULT_POLICY) {
  const made = new PoolRig(policy, 1, new HandClock(), places);
  made.greetAll(foreign);
  made.pool.setTokens([{ token: TOKEN, setAt: 1 }]);
  await made.advance(0);
  return { pool: made.pool, rig: made, places };
}

test('A pool opens as many sockets as its process has a share of, each in a place of its own, and more when the share grows', async () => {
  const { pool, rig: r, places } = await rig();
  expect([pool.status.t, places.held]).toMatchObject(['live', [{ isLive: true }]]);
  places.sockets = 2;
  pool.setTokens([{ token: TOKEN, setAt: 1 }]);
  await r.advance(DEFAULT_POLICY.pool.staggerMs);
  expect(places.held.map(({ isLive }) => isLive)).toEqual([true, true]);
  expect(places.asked).toEqual([false, false]);
  places.sockets = 1;
  pool.setTokens([{ token: TOKEN, setAt: 1 }]);
  await r.advance(2_000);
  expect(places.held).toHaveLength(1);
  await r.stop();
  expect([places.held, places.free]).toEqual([[], 10]);
});

test('Without a free place no socket is opened, the status says so, and it is tried again every second', async () => {
  const places = new PlayedPlaces();
  places.free = 0;
  const { pool, rig: r } = await rig(places);
  expect(r.transports.all).toHaveLength(0);
  expect(pool.status).toMatchObject({ t: 'degraded', sockets: 0 });
  await r.advance(DEFAULT_POLICY.pool.placeMs - 1);
  places.free = 1;
  expect(pool.status.t).toBe('degraded');
  await r.advance(1);
  expect(pool.status.t).toBe('live');
  await r.stop();
});

test('A socket whose place is another process’s is closed, and the next one is opened in a place of its own', async () => {
  const { pool, rig: r, places } = await rig();
  const [first] = places.held;
  first?.lose();
  await r.advance(2_000);
  expect(places.held).toHaveLength(1);
  expect(places.held[0]).not.toBe(first);
  expect(pool.status.t).toBe('live');
  await r.stop();
});

test('Sockets of other processes are not foreign, and what Slack counts beyond them are', async () => {
  const places = new PlayedPlaces();
  Object.assign(places, { live: 1, seen: 2 });
  const known = await rig(places, 2);
  expect(known.pool.status.foreign).toBe(0);
  await known.rig.stop();
  const unknown = await rig(Object.assign(new PlayedPlaces(), { live: 1, seen: 1 }), 3);
  expect(unknown.pool.status.foreign).toBe(2);
  await unknown.rig.stop();
  const blind = await rig(Object.assign(new PlayedPlaces(), { isBlind: true }), 3);
  expect(blind.pool.status.foreign).toBe(0);
  await blind.rig.stop();
});

test('Load opens no further socket while Slack refuses another process one, and closes none of those that there are', async () => {
  const {
    pool,
    rig: r,
    places,
  } = await rig(new PlayedPlaces(), 0, {
    ...DEFAULT_POLICY,
    limiter: { ...DEFAULT_POLICY.limiter, appBurst: 1_000, appEveryMs: 1 },
  });
  let n = 0;
  const load = async (seconds: number): Promise<void> => {
    for (let second = 0; second < seconds; second += 1) {
      for (const transport of r.transports.alive)
        for (let k = 0; k < 100; k += 1) transport.envelope(`e${n++}`);
      await r.advance(1_000);
    }
  };
  await load(2);
  expect(pool.status.sockets).toBe(2);
  places.mayGrow = false;
  await load(10);
  expect(pool.status).toMatchObject({ t: 'live', sockets: 2 });
  places.mayGrow = true;
  await load(10);
  expect(pool.status.sockets).toBe(4);
  await r.stop();
});

test('A pool says that Slack refuses it a further socket until it has waited and wants none', async () => {
  const { pool, rig: r, places } = await rig();
  places.sockets = 2;
  r.transports.onOpened = (transport) => transport.refuse('too_many_websockets');
  pool.setTokens([{ token: TOKEN, setAt: 1 }]);
  await r.advance(DEFAULT_POLICY.pool.staggerMs);
  expect(pool.status).toMatchObject({ t: 'degraded', sockets: 1, isAtLimit: true });
  places.sockets = 1;
  pool.setTokens([{ token: TOKEN, setAt: 1 }]);
  expect(pool.status).toMatchObject({ t: 'live', isAtLimit: true });
  await r.advance(DEFAULT_POLICY.pool.atLimit.firstMs);
  expect(pool.status.isAtLimit).toBeUndefined();
  const told = r.events.flatMap((event) => (event.t === 'status_changed' ? [event.status.isAtLimit] : []));
  expect(told.at(-1)).toBeUndefined();
  await r.stop();
});

test('Processes that share an app divide its budget of openings, and each can open a spare socket', async () => {
  const clock = new HandClock();
  const limiter = new OpenLimiter(clock, DEFAULT_POLICY.limiter, () => 2);
  let granted = 0;
  const { signal } = new AbortController();
  for (let n = 0; n < 5; n += 1)
    void limiter.acquire('A1', URGENCY.replacement, signal).then(() => (granted += 1));
  await clock.advance(0);
  expect(granted).toBe(3);
});

test('What crosses the goodbye on the last socket is taken, and acknowledged by another process', async () => {
  const { pool, rig: r, places } = await rig(Object.assign(new PlayedPlaces(), { live: 1 }));
  const [last] = r.transports.all;
  Object.assign(last!, { polite: false });
  let isStopped = false;
  const stopping = pool.stop().then(() => (isStopped = true));
  await r.advance(1);
  expect(last?.closing).toBe(true);
  last?.envelope('crossed');
  last?.end();
  await r.advance(1_000);
  expect(isStopped).toBe(false);
  await expect(r.envelopes[0]?.acknowledge()).resolves.toBe('sent_elsewhere');
  expect(places.relayed).toEqual(['{"envelope_id":"crossed"}']);
  await r.advance(1);
  await stopping;
});

test('An envelope whose socket is gone is acknowledged by another process, or on the next socket if none can', async () => {
  const { rig: r, places } = await rig(Object.assign(new PlayedPlaces(), { live: 1 }));
  r.transports.at(0).envelope('first');
  places.free = 0;
  r.transports.at(0).end(1006);
  await r.advance(0);
  await expect(r.envelopes[0]?.acknowledge()).resolves.toBe('sent_elsewhere');
  expect(places.relayed).toEqual(['{"envelope_id":"first"}']);
  places.free = 10;
  await r.advance(2_000);
  r.transports.at(-1).envelope('second');
  places.relayed = undefined;
  r.transports.at(-1).end(1006);
  const acknowledged = r.envelopes[1]?.acknowledge();
  await r.advance(2_000);
  await expect(acknowledged).resolves.toBe('sent_elsewhere');
  expect(r.transports.at(-1).sent).toEqual(['{"envelope_id":"second"}']);
  await r.stop();
});
