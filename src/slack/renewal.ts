import type { Random } from '../core/random.js';
import type { SocketPolicy } from './policy.js';

// Enough to find a place far from seven siblings most of the time, few enough to cost nothing.
const CANDIDATES = 8;

/**
 * When a socket that was greeted `now` is to be renewed: before the lifetime that Slack announced, at an age drawn at random,
 * so that apps do not renew together, and as far as possible from the times of its siblings, so that two sockets of one
 * app never go together. All times are milliseconds of the monotonic clock.
 */
export function renewalTime(
  now: number,
  lifetimeMs: number,
  siblings: readonly number[],
  policy: Pick<SocketPolicy['pool'], 'renewFrom' | 'renewTo'>,
  random: Random,
): number {
  let best = { at: now, distance: -1 };
  for (let n = 0; n < CANDIDATES; n++) {
    const fraction = policy.renewFrom + (policy.renewTo - policy.renewFrom) * random();
    const at = now + lifetimeMs * fraction;
    const distance = Math.min(lifetimeMs, ...siblings.map((other) => Math.abs(other - at)));
    if (distance > best.distance) best = { at, distance };
  }
  return best.at;
}
