import type { Clock } from './clock.js';

const EVERY_MS = 60_000;

/**
 * Lets one line of the log of each kind through a minute, where strangers decide how often it would be written. Kinds are
 * few and named by our own code.
 */
export class RareLines {
  readonly #clock: Clock;
  readonly #kinds = new Map<string, { until: number; heldBack: number }>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** How many lines of this kind were held back since the last one; undefined if this one is held back too. */
  next(kind: string): number | undefined {
    const now = this.#clock.monotonic();
    const state = this.#kinds.get(kind);
    if (state !== undefined && now < state.until) {
      state.heldBack += 1;
      return undefined;
    }
    this.#kinds.set(kind, { until: now + EVERY_MS, heldBack: 0 });
    return state?.heldBack ?? 0;
  }
}
