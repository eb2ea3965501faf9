import { waitAtMost, type Clock } from '../core/clock.js';
import { SLACK_WAITS_MS } from '../slack/policy.js';
import type { Identification } from './identification.js';
import type { LivePolicy } from './policy.js';
import type { Registry } from './registry.js';

export interface UndecidedOptions {
  readonly registry: Registry;
  readonly identification: Identification;
  readonly clock: Clock;
  readonly policy: UndecidedTimeOptions['policy'];
}

const IDENTIFY_MS = SLACK_WAITS_MS / 3;

/** Has Slack asked, where an event is for no connection that is known, whose the bot tokens of its app are. */
export class Undecided {
  readonly #options: UndecidedOptions;
  readonly #time: UndecidedTime;
  /** Apps of which Slack is being asked whose their connections' bot tokens are, because events wait for that. */
  readonly #deciding = new Map<string, Promise<boolean>>();

  constructor(options: UndecidedOptions) {
    const { clock, policy, identification } = options;
    this.#options = options;
    this.#time = new UndecidedTime({ clock, policy, answeredAt: () => identification.answeredAt });
  }

  /**
   * Whether Slack has said since the start whose every active connection of an app is. Nothing if it has, or if the
   * app's time for that is over; else Slack is asked, and the answer is true if it said so within a second.
   */
  identified(appId: string): Promise<boolean> | undefined {
    const undecided = this.#options.registry.undecided(appId);
    if (undecided.length === 0 || !this.#time.isLeft(appId)) return undefined;
    return this.#deciding.get(appId) ?? this.#decide(appId, undecided);
  }

  /** Events that come meanwhile wait for the same answers. */
  #decide(appId: string, undecided: readonly string[]): Promise<boolean> {
    const { registry, identification, clock } = this.#options;
    const deciding = waitAtMost(clock, IDENTIFY_MS, identification.of(undecided)).then(() => {
      this.#deciding.delete(appId);
      return registry.undecided(appId).length === 0;
    });
    this.#deciding.set(appId, deciding);
    return deciding;
  }
}

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
