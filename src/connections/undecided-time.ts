import type { Clock } from '../core/clock.js';
import type { LivePolicy } from './policy.js';

export interface UndecidedTimeOptions {
  readonly clock: Clock;
  readonly policy: Pick<LivePolicy, 'undecidedMs' | 'undecidedEveryMs'>;
  /** When Slack has first answered about any bot token since the start, on the monotonic clock. */
  readonly answeredAt: () => number | undefined;
}

/**
 * For how long events of an app that are for nobody are not acknowledged because Slack has not said yet whose a bot token
 * is. Anybody can write bot tokens of which Slack says nothing into connections of their own, and name any app beside
 * them, so the time is limited for the app, whatever its connections hold. An outage, in which Slack answers about nobody,
 * does not count: no tenant can cause one.
 */
export class UndecidedTime {
  readonly #options: UndecidedTimeOptions;
  /** When the time of each app began, on the monotonic clock. */
  readonly #since = new Map<string, number>();

  constructor(options: UndecidedTimeOptions) {
    this.#options = options;
  }

  /** Whether an event of this app still waits. The first one begins the app's time. */
  isLeft(appId: string): boolean {
    const { clock, policy, answeredAt } = this.#options;
    const now = clock.monotonic();
    for (const [app, since] of this.#since)
      if (now >= since + policy.undecidedEveryMs) this.#since.delete(app);
    const since = this.#since.get(appId) ?? now;
    this.#since.set(appId, since);
    return now < Math.max(since, answeredAt() ?? Infinity) + policy.undecidedMs;
  }
}
