import type { Clock, Timer } from '../core/clock.js';

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
