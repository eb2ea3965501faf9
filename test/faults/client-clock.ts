import type { Clock, Timer } from '../../src/core/clock.js';

interface Pending {
  readonly due: number;
  readonly ring: () => void;
  timer: Timer;
}

/** The clock of the program under test: it can jump and stand still while everybody else's goes on, and it counts its timers. */
export class ClientClock implements Clock {
  readonly #base: Clock;
  readonly #pending = new Set<Pending>();
  #wall = 0;
  #slept = 0;

  constructor(base: Clock) {
    this.#base = base;
  }

  now(): number {
    return this.#base.now() + this.#wall + this.#slept;
  }

  monotonic(): number {
    return this.#base.monotonic() + this.#slept;
  }

  setTimer(delay: number, ring: () => void): Timer {
    const pending: Pending = {
      due: this.monotonic() + Math.max(delay, 0),
      ring: () => {
        this.#pending.delete(pending);
        ring();
      },
      timer: this.#base.setTimer(delay, () => pending.ring()),
    };
    this.#pending.add(pending);
    return {
      cancel: () => {
        pending.timer.cancel();
        this.#pending.delete(pending);
      },
    };
  }

  /** Timers that have neither rung nor been cancelled. */
  get pendingTimers(): number {
    return this.#pending.size;
  }

  /** Somebody sets the wall clock, forward or back. */
  jump(ms: number): void {
    this.#wall += ms;
  }

  /** The process wakes up after it has stood still for `ms`: what is due rings at once, before anything is read. */
  standStill(ms: number): void {
    this.#slept += ms;
    const now = this.monotonic();
    for (const pending of [...this.#pending].sort((a, b) => a.due - b.due)) {
      pending.timer.cancel();
      pending.timer = this.#base.setTimer(pending.due - now, () => pending.ring());
    }
  }
}
