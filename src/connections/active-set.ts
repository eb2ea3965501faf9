import type { ConnectionRecord } from '../autokitteh/client.js';
import type { Clock } from '../core/clock.js';

/** Active connections, with a time of grace: a deployment that is replaced by the next closes nothing in between. */
export class ActiveSet {
  readonly #clock: Clock;
  readonly #graceMs: number;
  readonly #seenAt = new Map<string, number>();

  constructor(clock: Clock, graceMs: number) {
    this.#clock = clock;
    this.#graceMs = graceMs;
  }

  /** The ids that count as active now; a connection that is no longer listed was deleted and has no grace. */
  update(found: readonly string[], records: readonly ConnectionRecord[]): ReadonlySet<string> {
    const now = this.#clock.monotonic();
    for (const id of found) this.#seenAt.set(id, now);
    const listed = new Set(records.map(({ id }) => id));
    for (const [id, seenAt] of this.#seenAt) {
      if (!listed.has(id) || now - seenAt > this.#graceMs) this.#seenAt.delete(id);
    }
    return new Set(this.#seenAt.keys());
  }
}
