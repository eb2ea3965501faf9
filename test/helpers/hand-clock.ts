import type { Clock, Timer } from '../../src/core/clock.js';

interface Pending {
  readonly at: number;
  readonly order: number;
  readonly ring: () => void;
}

/** A clock that stands still until the test moves it; timers ring in the order of their times. */
export class HandClock implements Clock {
  #time: number;
  #order = 0;
  readonly #pending = new Set<Pending>();

  constructor(start = 1_700_000_000_000) {
    this.#time = start;
  }

  now(): number {
    return this.#time;
  }

  monotonic(): number {
    return this.#time;
  }

  setTimer(delay: number, ring: () => void): Timer {
    const timer: Pending = { at: this.#time + Math.max(delay, 0), order: this.#order++, ring };
    this.#pending.add(timer);
    return { cancel: () => this.#pending.delete(timer) };
  }

  /** Timers that have neither rung nor been cancelled. */
  get pendingTimers(): number {
    return this.#pending.size;
  }

  /** Moves time forward, ringing what falls due, and lets promises settle between rings. */
  async advance(milliseconds: number): Promise<void> {
    const end = this.#time + milliseconds;
    await settle();
    for (let next = this.#next(end); next !== undefined; next = this.#next(end)) {
      this.#pending.delete(next);
      this.#time = Math.max(this.#time, next.at);
      next.ring();
      await settle();
    }
    this.#time = end;
  }

  #next(end: number): Pending | undefined {
    return [...this.#pending]
      .filter(({ at }) => at <= end)
      .sort((a, b) => a.at - b.at || a.order - b.order)[0];
  }
}

/** Lets every promise that can settle now do so. */
export async function settle(): Promise<void> {
  for (let turn = 0; turn < 5; turn++) await new Promise<void>((resolve) => setImmediate(resolve));
}
