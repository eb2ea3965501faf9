import type { Clock } from '../core/clock.js';

/** Active connections, with a time of grace: a deployment that is replaced by the next closes nothing in between. */
export class ActiveSet {
  readonly #clock: Clock;
  readonly #graceMs: number;
  /** Those of the last answer, which were found at `#foundAt`. */
  #found: readonly string[] = [];
  #present: ReadonlySet<string> = new Set();
  #foundAt = 0;
  /** When each that was not found, and has not been for long, was found last. */
  readonly #missing = new Map<string, number>();
  #listed: ReadonlySet<string> = new Set();
  #active: ReadonlySet<string> = new Set();

  constructor(clock: Clock, graceMs: number) {
    this.#clock = clock;
    this.#graceMs = graceMs;
  }

  /** Whether one counts as active that was not found. */
  get isAnyInGrace(): boolean {
    return this.#missing.size > 0;
  }

  /**
   * The ids that count as active now, the same set while nothing changes; a connection that is no longer listed was
   * deleted and has no grace.
   */
  update(found: readonly string[], listed: ReadonlySet<string>): ReadonlySet<string> {
    const now = this.#clock.monotonic();
    const isNews = !isSame(found, this.#found);
    if (isNews) this.#find(found);
    this.#foundAt = now;
    const isOver = this.#endGrace(now, listed);
    if (!isNews && !isOver && listed === this.#listed) return this.#active;
    this.#listed = listed;
    const active = new Set(this.#missing.keys());
    for (const id of this.#present) if (listed.has(id)) active.add(id);
    if (!isSameSet(active, this.#active)) this.#active = active;
    return this.#active;
  }

  #find(found: readonly string[]): void {
    const present = new Set(found);
    for (const id of this.#present) if (!present.has(id)) this.#missing.set(id, this.#foundAt);
    for (const id of this.#missing.keys()) if (present.has(id)) this.#missing.delete(id);
    this.#found = found;
    this.#present = present;
  }

  /** Answers whether the time of grace of any is over. */
  #endGrace(now: number, listed: ReadonlySet<string>): boolean {
    const before = this.#missing.size;
    for (const [id, seenAt] of this.#missing)
      if (!listed.has(id) || now - seenAt > this.#graceMs) this.#missing.delete(id);
    return this.#missing.size < before;
  }
}

function isSame(left: readonly string[], right: readonly string[]): boolean {
  if (left === right) return true;
  return left.length === right.length && left.every((id, index) => id === right[index]);
}

function isSameSet(left: ReadonlySet<string>, right: ReadonlySet<string>): boolean {
  if (left.size !== right.size) return false;
  for (const id of left) if (!right.has(id)) return false;
  return true;
}
