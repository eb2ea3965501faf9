import type { Random } from './random.js';

/** A retry policy: attempt n (from 1) waits jitter * min(maxMs, firstMs * factor^(n-1)). */
export interface Backoff {
  readonly firstMs: number;
  readonly factor: number;
  readonly maxMs: number;
}

/**
 * Milliseconds to wait before attempt `attempt + 1`. The jitter is uniform in [0.5, 1), so that clients that failed
 * together do not come back together, and none comes back at once.
 */
export function backoffDelay(policy: Backoff, attempt: number, random: Random): number {
  // Past 64 doublings the power is beyond any maximum, and further ones would be Infinity.
  const steps = Math.min(Math.max(attempt, 1) - 1, 64);
  return Math.min(policy.maxMs, policy.firstMs * policy.factor ** steps) * (0.5 + random() / 2);
}
