import type { Clock } from '../../core/clock.js';

/** Message timestamps: seconds and a counter, each once, never going back. */
export interface Timestamps {
  next(): string;
}

export function createTimestamps(clock: Clock): Timestamps {
  let last = 0;
  return {
    next() {
      last = Math.max(last + 1, clock.now() * 1_000);
      return `${Math.floor(last / 1_000_000)}.${String(last % 1_000_000).padStart(6, '0')}`;
    },
  };
}
