import type { Clock, Timer } from '../../src/core/clock.js';

interface Pending {
  readonly at: number;
  readonly order: number;
  readonly ring: () => void;
}

/** Of real time, milliseconds; what goes beyond is not counted. */
const LONGEST_STEP = 2;

/**
 * Time that runs `factor` times as fast, and stands still while the process does: on a busy machine a run takes longer, and
 * nobody's time limit passes because somebody else had the processor.
 */
export class SteadyClock implements Clock {
  readonly #factor: number;
  readonly #wallStart = Date.now();
  /** In the order in which they ring. */
  readonly #pending: Pending[] = [];
  #order = 0;
  #time = 0;
  #last = performance.now();
  readonly #beat: NodeJS.Timeout;

  constructor(factor: number) {
    this.#factor = factor;
    this.#beat = setInterval(() => this.#step(), 1);
  }

  now(): number {
    return Math.floor(this.#wallStart + this.#time);
  }

  monotonic(): number {
    return this.#time;
  }

  setTimer(delay: number, ring: () => void): Timer {
    const timer: Pending = { at: this.#time + Math.max(delay, 0), order: this.#order++, ring };
    this.#pending.splice(this.#placeOf(timer), 0, timer);
    return { cancel: () => this.#remove(timer) };
  }

  /** Timers that have neither rung nor been cancelled. */
  get pendingTimers(): number {
    return this.#pending.length;
  }

  stop(): void {
    clearInterval(this.#beat);
    this.#pending.length = 0;
  }

  #step(): void {
    const now = performance.now();
    const end = this.#time + Math.min(now - this.#last, LONGEST_STEP) * this.#factor;
    this.#last = now;
    for (let next = this.#pending[0]; next !== undefined && next.at <= end; next = this.#pending[0]) {
      this.#pending.shift();
      this.#time = Math.max(this.#time, next.at);
      next.ring();
    }
    this.#time = end;
  }

  #remove(timer: Pending): void {
    const place = this.#placeOf(timer);
    if (this.#pending[place] === timer) this.#pending.splice(place, 1);
  }

  /** Where it is, or would be. */
  #placeOf({ at, order }: Pending): number {
    let from = 0;
    let to = this.#pending.length;
    while (from < to) {
      const middle = (from + to) >> 1;
      const other = this.#pending[middle];
      if (other !== undefined && (other.at < at || (other.at === at && other.order < order)))
        from = middle + 1;
      else to = middle;
    }
    return from;
  }
}
