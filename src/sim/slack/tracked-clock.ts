import type { Clock, Timer } from '../../core/clock.js';

/** A clock whose timers can all be cancelled at once, so that `stop()` leaves none behind. */
export interface TrackedClock extends Clock {
  /** Cancels every timer; later ones are not set. */
  cancelAll(): void;
  /** Timers that have been set and have not rung. */
  readonly pending: number;
}

export function trackClock(clock: Clock): TrackedClock {
  const pending = new Set<Timer>();
  let ended = false;
  return {
    now: () => clock.now(),
    monotonic: () => clock.monotonic(),
    setTimer(delay, ring) {
      if (ended) return { cancel: () => undefined };
      const timer = clock.setTimer(delay, () => {
        pending.delete(timer);
        ring();
      });
      pending.add(timer);
      return {
        cancel() {
          timer.cancel();
          pending.delete(timer);
        },
      };
    },
    cancelAll() {
      ended = true;
      for (const timer of pending) timer.cancel();
      pending.clear();
    },
    get pending() {
      return pending.size;
    },
  };
}
