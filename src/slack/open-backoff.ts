import { backoffDelay } from '../core/backoff.js';
import type { Clock } from '../core/clock.js';
import type { Random } from '../core/random.js';
import type { SocketPolicy } from './policy.js';

/** What stands in the way of an app's sockets. */
export type OpenBackoffState =
  | { readonly t: 'none' }
  /** Openings fail, or sockets do not last; it will pass. */
  | { readonly t: 'failing'; readonly reason: string }
  /** Slack has as many sockets as it allows for the app: none of ours is opened before another is closed. */
  | { readonly t: 'at_limit' }
  /** Socket Mode is switched off for the app: one socket tries, now and then. */
  | { readonly t: 'disabled' };

/**
 * Remembers failures of one app and says when the next opening may be tried. Only a socket that stayed up ends the memory:
 * a hello alone would let a peer that greets and closes be dialled without pause.
 */
export class OpenBackoff {
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #policy: SocketPolicy['pool'];
  #state: OpenBackoffState = { t: 'none' };
  #times = 0;
  /** Whether a socket has stayed up since the last failure, or was up when the trouble began. */
  #stood = false;
  /** Monotonic time of the last experience. */
  #last = -Infinity;
  #retryAt = -Infinity;

  constructor(clock: Clock, random: Random, policy: SocketPolicy['pool']) {
    this.#clock = clock;
    this.#random = random;
    this.#policy = policy;
  }

  get state(): OpenBackoffState {
    return this.#state;
  }

  /** Monotonic time before which no socket is opened. */
  get retryAt(): number {
    return this.#retryAt;
  }

  /**
   * What passes by itself, met by a socket that was opened at `openedAt` (monotonic). The first time after one that
   * stayed up, the next is opened at once.
   */
  failed(reason: string, openedAt: number): void {
    // Less is known from a failure than from what Slack said before.
    const state =
      this.#state.t === 'none' || this.#state.t === 'failing'
        ? { t: 'failing' as const, reason }
        : this.#state;
    this.#enter(state, this.#state.t === 'disabled' ? this.#policy.probe : this.#policy.retry, openedAt);
  }

  atLimit(): void {
    this.#enter({ t: 'at_limit' }, this.#policy.atLimit);
  }

  disabled(): void {
    this.#enter({ t: 'disabled' }, this.#policy.probe);
  }

  /** A socket was greeted: the way is free, and Socket Mode is on. Failures count on until one has stayed up. */
  greeted(): void {
    if (this.#state.t === 'disabled') this.#forget();
    if (this.#state.t === 'failing') this.#retryAt = -Infinity;
  }

  /** A socket that was greeted at `since` (monotonic) stayed up. One from before the trouble proves nothing. */
  stable(since: number): void {
    if (since <= this.#last) return;
    this.#forget();
    this.#stood = true;
  }

  #forget(): void {
    this.#state = { t: 'none' };
    this.#times = 0;
    this.#retryAt = -Infinity;
  }

  #enter(state: OpenBackoffState, backoff: SocketPolicy['pool']['retry'], openedAt = Infinity): void {
    // Two sockets that are told the same at once, or end together, are one experience.
    const again = state.t === this.#state.t;
    if (again && (this.#clock.monotonic() < this.#retryAt || openedAt < this.#last)) return;
    const isForgiven = state.t === 'failing' && this.#stood;
    this.#stood = false;
    this.#times = again ? this.#times + 1 : isForgiven ? 0 : 1;
    this.#state = state;
    this.#last = this.#clock.monotonic();
    this.#retryAt = this.#last + (this.#times === 0 ? 0 : backoffDelay(backoff, this.#times, this.#random));
  }
}
