import type { Clock } from '../core/clock.js';

/** Wall time that never goes back while the program runs, so that no row waits for a clock that was set back. */
export function steadyTime(clock: Clock): () => number {
  let latest = clock.now();
  return () => {
    latest = Math.max(latest, clock.now());
    return latest;
  };
}
