import type { Clock } from '../core/clock.js';

/**
 * Wall time that neither goes back nor stands still while the program runs, so that nothing waits for a clock that was set
 * back: it goes on from where it was.
 */
export function steadyTime(clock: Clock): () => number {
  let latest = clock.now();
  let readAt = clock.monotonic();
  return () => {
    const elapsed = clock.monotonic() - readAt;
    readAt += elapsed;
    latest = Math.max(latest + elapsed, clock.now());
    return latest;
  };
}
