/** A timer that has been set; cancelling it twice, or after it rang, does nothing. */
export interface Timer {
  cancel(): void;
}

/** Time as the program sees it, so that tests can run it faster. All durations are milliseconds. */
export interface Clock {
  /** Wall time, milliseconds since 1970; may jump. */
  now(): number;
  /** Milliseconds from an arbitrary start; never goes backwards. */
  monotonic(): number;
  /** Calls `ring` once after `delay` milliseconds. */
  setTimer(delay: number, ring: () => void): Timer;
}

// Node rings at once for a longer delay than this (a 32-bit signed number of milliseconds).
const LONGEST_DELAY = 2_147_483_647;

/** Real time. */
export const systemClock: Clock = scaledClock(1);

/** A clock that runs `factor` times as fast as real time, starting at the present. */
export function scaledClock(factor: number): Clock {
  const wallStart = Date.now();
  const start = performance.now();
  const elapsed = (): number => (performance.now() - start) * factor;
  return {
    now: factor === 1 ? () => Date.now() : () => Math.floor(wallStart + elapsed()),
    monotonic: elapsed,
    setTimer(delay, ring) {
      const handle = setTimeout(ring, Math.min(Math.max(delay, 0) / factor, LONGEST_DELAY));
      return { cancel: () => clearTimeout(handle) };
    },
  };
}

/** Resolves after `delay` milliseconds of `clock`; rejects with the signal's reason when it is aborted. */
export function sleep(clock: Clock, delay: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted === true) {
      reject(signal.reason as Error);
      return;
    }
    const onAbort = (): void => {
      timer.cancel();
      reject(signal?.reason as Error);
    };
    const timer = clock.setTimer(delay, () => {
      signal?.removeEventListener('abort', onAbort);
      resolve();
    });
    signal?.addEventListener('abort', onAbort, { once: true });
  });
}
