import type { Found } from './problem-facts.js';
import type { Problem } from './overview.js';

/**
 * Since when each problem lasts: since it was found first, and not missing at a look since then. What is looked at now and
 * then is known that exactly, and what was so before the program began is known since its start.
 */
export class Onsets {
  #since: ReadonlyMap<string, number> = new Map();

  /** What was found at `now` (milliseconds since 1970), with since when. What is missing has ended. */
  date(found: readonly Found[], now: number): Problem[] {
    const next = new Map<string, number>();
    const dated = found.map(({ keys, began, ...problem }): Problem => {
      const first = keys.map((key) => {
        const since = this.#since.get(key) ?? now;
        next.set(key, since);
        return since;
      });
      return { ...problem, since: new Date(began ?? Math.min(now, ...first)).toISOString() };
    });
    this.#since = next;
    return dated;
  }
}
