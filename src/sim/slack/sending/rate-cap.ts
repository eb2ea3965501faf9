import type { Clock } from '../../../core/clock.js';

const WINDOW = 3_600_000;
const MINUTE = 60_000;

/** Slack's cap of deliveries for an app in a workspace: 30,000 an hour, then `app_rate_limited` once a minute. */
export interface RateCap {
  /** Counts one event; `warn` says that the app is to be told now that it is too much. */
  take(key: string): { readonly allowed: boolean; readonly warn: boolean };
}

export function createRateCap(clock: Clock, perHour: number): RateCap {
  const windows = new Map<string, { from: number; count: number; warnedAt: number }>();
  return {
    take(key) {
      const now = clock.monotonic();
      let window = windows.get(key);
      if (window === undefined || now - window.from >= WINDOW) {
        window = { from: now, count: 0, warnedAt: -Infinity };
        windows.set(key, window);
      }
      window.count += 1;
      const allowed = window.count <= perHour;
      const warn = !allowed && now - window.warnedAt >= MINUTE;
      if (warn) window.warnedAt = now;
      return { allowed, warn };
    },
  };
}
