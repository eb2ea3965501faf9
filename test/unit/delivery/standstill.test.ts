import { expect, test } from 'vitest';
import type { Clock, Timer } from '../../../src/core/clock.js';
import type { DeliveryLimits } from '../../../src/delivery/limits.js';
import type { DispatchOutcome } from '../../../src/delivery/sink.js';
import { HandClock, settle } from '../../helpers/hand-clock.js';
import { rig, type PlayedServer, type Rig } from './rig.js';

const HOUR = 3_600_000;
const delivered = { t: 'delivered', eventId: '' } as const;

/** Its wall can be set apart from the time that passes. */
class SetClock implements Clock {
  readonly hand = new HandClock();
  offset = 0;
  now = (): number => this.hand.now() + this.offset;
  monotonic = (): number => this.hand.monotonic();
  setTimer = (ms: number, ring: () => void): Timer => this.hand.setTimer(ms, ring);
}

/** A server that does not answer until it is told to. */
class Hanging {
  #end: (outcome: DispatchOutcome) => void = () => undefined;
  readonly answer = new Promise<DispatchOutcome>((resolve) => (this.#end = resolve));
  end(): Promise<void> {
    this.#end(delivered);
    return settle();
  }
}

/** Delivery that has begun, in front of a server that answers so. */
async function begun(
  clock: Clock,
  answer: PlayedServer['answer'],
  limits: Partial<DeliveryLimits> = {},
): Promise<Rig> {
  const r = await rig(clock, limits);
  r.server.answer = answer;
  await r.delivery.start();
  return r;
}

test('A clock that is set back during an outage does not prolong it', async () => {
  const clock = new SetClock();
  const r = await begun(clock, () => ({ t: 'outage', reason: 'down' }));
  void r.take({ key: 'a' });
  await clock.hand.advance(5000);
  expect(r.tags()).toContain('outage');
  clock.offset = -HOUR;
  r.server.answer = () => delivered;
  await clock.hand.advance(60_000);
  expect(r.server.got).toEqual(['a']);
});

test('A clock that is set back does not delay dead letters that are sent again', async () => {
  const clock = new SetClock();
  const r = await begun(clock, () => ({ t: 'failed', reason: 'odd' }));
  clock.offset = -HOUR;
  void r.take({ key: 'a' });
  await clock.hand.advance(100);
  expect(r.tags()).toContain('retried');
  r.server.answer = () => delivered;
  await clock.hand.advance(60_000);
  expect(r.server.got).toEqual(['a']);
});

test('A dead letter that is sent again does not wait for a connection that uses all its slots', async () => {
  const clock = new HandClock();
  const hanging = new Hanging();
  let fails = true;
  const r = await begun(
    clock,
    ({ connectionId }) => {
      if (connectionId === 'con_slow') return hanging.answer;
      return fails ? { t: 'failed', reason: 'odd' } : delivered;
    },
    { perConnection: 1, concurrency: 8, dispatchMs: 50_000 },
  );
  void r.take({ key: 's1', connectionIds: ['con_slow'], conversation: 'C1' });
  void r.take({ key: 's2', connectionIds: ['con_slow'], conversation: 'C2' });
  await clock.advance(10);
  void r.take({ key: 'b', connectionIds: ['con_b'] });
  await clock.advance(100);
  expect(r.tags()).toContain('retried');
  fails = false;
  await clock.advance(10_000);
  expect(r.server.got).toEqual(['b']);
  await hanging.end();
});

test('A click that is sent again uses the slots for clicks although all other dispatches hang', async () => {
  const clock = new HandClock();
  const hanging = new Hanging();
  let fails = true;
  const r = await begun(
    clock,
    ({ urgent }) => {
      if (!urgent) return hanging.answer;
      return fails ? { t: 'failed', reason: 'odd' } : delivered;
    },
    { concurrency: 2, urgentReserve: 2, dispatchMs: 50_000 },
  );
  for (const n of [1, 2, 3]) void r.take({ key: `hang${n}`, conversation: `C${n}` });
  await clock.advance(10);
  void r.take({ key: 'click', urgent: true });
  await clock.advance(100);
  expect(r.tags()).toContain('retried');
  fails = false;
  await clock.advance(10_000);
  expect(r.server.got).toEqual(['click']);
  await hanging.end();
});

test('A connection without the right to dispatch slows no other connection down', async () => {
  const clock = new HandClock();
  const r = await begun(clock, ({ connectionId }) =>
    connectionId === 'con_foreign' ? { t: 'forbidden', reason: 'unauthorized' } : delivered,
  );
  void r.take({ key: 'before' });
  await clock.advance(1000);
  for (let n = 0; n < 50; n += 1) {
    void r.take({ key: `f${n}`, connectionIds: ['con_foreign'], conversation: `F${n}` });
    void r.take({ key: `n${n}` });
    await clock.advance(250);
    expect(r.server.got.at(-1)).toBe(`n${n}`);
  }
  expect(r.tags()).not.toContain('outage');
});

test('Nothing is given up where the program has no right to dispatch at all', async () => {
  const clock = new HandClock();
  const r = await begun(clock, () => ({ t: 'forbidden', reason: 'unauthorized' }));
  void r.take({ key: 'a' });
  await clock.advance(HOUR);
  expect((await r.delivery.stats()).outage).toBe('unauthorized');
  expect(r.tags()).not.toContain('dead');
});

test('A row that cannot be read says nothing about the server', async () => {
  const clock = new HandClock();
  const r = await begun(clock, ({ key }) =>
    key === 'broken' ? { t: 'unreadable', reason: 'no JSON' } : { t: 'outage', reason: 'down' },
  );
  void r.take({ key: 'a' });
  await clock.advance(100);
  void r.take({ key: 'broken', urgent: true });
  await clock.advance(60_000);
  expect(r.tags()).toContain('dead');
  expect(r.tags()).not.toContain('passing');
  r.server.answer = () => delivered;
  await clock.advance(60_000);
  expect(r.server.got).toEqual(['a']);
});

test('A click at which the server always seems down does not stop events', async () => {
  const clock = new HandClock();
  const r = await begun(clock, ({ key }) => (key === 'bad' ? { t: 'outage', reason: 'down' } : delivered));
  void r.take({ key: 'before' });
  await clock.advance(20_000);
  void r.take({ key: 'bad', urgent: true, conversation: 'C9' });
  await clock.advance(60_000);
  void r.take({ key: 'n1' });
  void r.take({ key: 'n2', conversation: 'C2' });
  await clock.advance(60_000);
  expect(r.server.got).toEqual(['before', 'n1', 'n2']);
  for (let n = 3; n < 200; n += 1) {
    void r.take({ key: `n${n}` });
    await clock.advance(3000);
  }
  expect(r.seen.find(({ t }) => t === 'dead')).toMatchObject({ row: { key: 'bad' } });
  expect(r.server.got).toHaveLength(200);
});
