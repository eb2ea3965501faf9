import { expect, it } from 'vitest';

import type { Clock, Timer } from '../../../src/core/clock.js';
import { Liveness } from '../../../src/slack/liveness.js';
import { DEFAULT_POLICY } from '../../../src/slack/policy.js';
import { HandClock } from '../../helpers/hand-clock.js';

const POLICY = DEFAULT_POLICY.liveness;

/** A clock whose two times can be moved apart. */
class SplitClock implements Clock {
  readonly hand = new HandClock();
  wallAhead = 0;

  now(): number {
    return this.hand.now() + this.wallAhead;
  }

  monotonic(): number {
    return this.hand.monotonic();
  }

  setTimer(delay: number, ring: () => void): Timer {
    return this.hand.setTimer(delay, ring);
  }
}

function start() {
  const clock = new SplitClock();
  const woke: number[] = [];
  const liveness = new Liveness(clock, POLICY, (afterMs) => woke.push(afterMs));
  const watch = (answers: () => boolean) => {
    const seen = { pings: 0, silences: 0 };
    const watched = liveness.watch({
      ping() {
        seen.pings++;
        if (answers()) queueMicrotask(() => watched.heard());
      },
      onSilence() {
        seen.silences++;
      },
    });
    return { seen, cancel: (): void => watched.cancel() };
  };
  return { clock, woke, watch };
}

it('Each socket is pinged as often as planned, spread over time', async () => {
  const { clock, watch } = start();
  const all = Array.from({ length: 7 * POLICY.pingTicks }, () => watch(() => true));
  const total = (): number => all.reduce((sum, { seen }) => sum + seen.pings, 0);
  for (let tick = 1; tick <= 5 * POLICY.pingTicks; tick++) {
    await clock.hand.advance(POLICY.tickMs);
    expect(total()).toBe(tick * 7);
  }
  expect(all.every(({ seen }) => seen.pings === 5 && seen.silences === 0)).toBe(true);
  for (const { cancel } of all) cancel();
  expect(clock.hand.pendingTimers).toBe(0);
});

it('Silence is noticed within 4.5 s', async () => {
  const { clock, watch } = start();
  for (let offset = 0; offset < 3_000; offset += 130) {
    let answers = true;
    const { seen, cancel } = watch(() => answers);
    await clock.hand.advance(10_000 + offset);
    answers = false;
    await clock.hand.advance(4_500);
    expect(seen.silences).toBeGreaterThan(0);
    cancel();
  }
});

it('A standstill of the own process is not taken for silence', async () => {
  const { clock, woke, watch } = start();
  // The answer is there, but is read only when the event loop runs again: after the tick that comes late.
  const waiting: (() => void)[] = [];
  let stalled = false;
  let silences = 0;
  const liveness = new Liveness(clock, POLICY, () => undefined);
  const watched = liveness.watch({
    ping() {
      if (stalled) waiting.push(() => watched.heard());
      else watched.heard();
    },
    onSilence() {
      silences++;
    },
  });
  await clock.hand.advance(5_000);
  stalled = true;
  while (waiting.length === 0) await clock.hand.advance(POLICY.tickMs);
  // 20 s pass without a single tick; the late tick comes first, then what was waiting is read.
  clock.wallAhead += 20_000;
  await clock.hand.advance(POLICY.tickMs);
  for (const read of waiting) read();
  stalled = false;
  await clock.hand.advance(60_000);
  expect(silences).toBe(0);
  expect(woke).toHaveLength(0);
  watched.cancel();
  watch(() => true).cancel();
});

it('A sleep is noticed by the wall clock and not taken for silence', async () => {
  const { clock, woke, watch } = start();
  const { seen, cancel } = watch(() => true);
  await clock.hand.advance(10_000);
  clock.wallAhead += 3_600_000;
  await clock.hand.advance(10_000);
  expect(woke).toEqual([3_600_250]);
  expect(seen.silences).toBe(0);
  clock.wallAhead -= 3_600_000;
  await clock.hand.advance(10_000);
  expect(woke).toHaveLength(1);
  cancel();
});
