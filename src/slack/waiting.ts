import type { Clock } from '../core/clock.js';
import type { LimiterWait } from './connection-limiter.js';

/** What the next socket waits for, for people. */
export interface SocketWait {
  readonly why: LimiterWait['why'];
  /** Milliseconds since 1970. */
  readonly until: number;
  /** How long Slack asked to wait, milliseconds; 0 for the other reasons. */
  readonly askedMs: number;
}

/** Tells the same wait with the same time each time, although the wall clock and the monotonic one drift apart. */
export class Waiting {
  readonly #clock: Clock;
  #last: { readonly monotonic: number; readonly wall: number } | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  current(wait: LimiterWait | undefined): SocketWait | undefined {
    if (wait === undefined) return undefined;
    const { why, until, askedMs } = wait;
    if (this.#last?.monotonic !== until) {
      const wall = this.#clock.now() + Math.max(0, until - this.#clock.monotonic());
      this.#last = { monotonic: until, wall };
    }
    return { why, until: this.#last.wall, askedMs };
  }
}
