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

/** Resolves as soon as `work` has, and after `limitMs` milliseconds of `clock` at the latest; `work` goes on then. */
export async function waitAtMost(clock: Clock, limitMs: number, work: Promise<unknown>): Promise<void> {
  let timer: Timer | undefined;
  const late = new Promise<void>((resolve) => {
    timer = clock.setTimer(limitMs, resolve);
  });
  await Promise.race([work, late]);
  timer?.cancel();
}

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

// A timer that rings this late was held up by ourselves, and so was everything that should have arrived meanwhile.
const LATE_MS = 500;
const GRACE_MS = 1_000;

/**
 * A time limit for a peer. If the event loop stood still, what the peer sent in time still waits to be read when the timer
 * rings: then it waits once more, so that our own standstill is not blamed on the peer.
 */
export function patientTimer(clock: Clock, delay: number, ring: () => void): Timer {
  const due = clock.monotonic() + delay;
  let timer = clock.setTimer(delay, () => {
    if (clock.monotonic() - due < LATE_MS) ring();
    else timer = clock.setTimer(GRACE_MS, ring);
  });
  return { cancel: () => timer.cancel() };
}
