import type { Clock } from '../core/clock.js';

/** Active connections, with a time of grace: a deployment that is replaced by the next closes nothing in between. */
export class ActiveSet {
  readonly #clock: Clock;
  readonly #graceMs: number;
  /** When each was found active last, but for those of the last answer: they were at `#foundAt`. */
  readonly #seenAt = new Map<string, number>();
  #found: readonly string[] = [];
  #foundAt = 0;
  #listed: ReadonlySet<string> = new Set();
  #active: ReadonlySet<string> = new Set();
  #isAnyInGrace = false;

  constructor(clock: Clock, graceMs: number) {
    this.#clock = clock;
    this.#graceMs = graceMs;
  }

  /** Whether one counts as active that was not found. */
  get isAnyInGrace(): boolean {
    return this.#isAnyInGrace;
  }

  /**
   * The ids that count as active now, the same set while nothing changes; a connection that is no longer listed was
   * deleted and has no grace.
   */
  update(found: readonly string[], listed: ReadonlySet<string>): ReadonlySet<string> {
    const now = this.#clock.monotonic();
    if (!this.#isAnyInGrace && listed === this.#listed && isSame(found, this.#found)) {
      this.#foundAt = now;
      return this.#active;
    }
    for (const id of this.#found) this.#seenAt.set(id, this.#foundAt);
    for (const id of found) this.#seenAt.set(id, now);
    for (const [id, seenAt] of this.#seenAt) {
      if (!listed.has(id) || now - seenAt > this.#graceMs) this.#seenAt.delete(id);
    }
    this.#found = found;
    this.#foundAt = now;
    this.#listed = listed;
    this.#active = new Set(this.#seenAt.keys());
    const present = new Set(found);
    this.#isAnyInGrace = [...this.#active].some((id) => !present.has(id));
    return this.#active;
  }
}

function isSame(left: readonly string[], right: readonly string[]): boolean {
  return left.length === right.length && left.every((id, index) => id === right[index]);
}
