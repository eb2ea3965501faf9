import { Channel } from './channel.js';
import type { Clock, Timer } from './clock.js';

/** Whether requests should be sent to this process. Exactly one function assigns it (`Readiness.#become`). */
export type ReadinessState =
  /** The start is not over: `reason` says what it waits for. Ends when nothing is missing, or with the stop. */
  | { readonly t: 'starting'; readonly reason: string }
  /** Requests are welcome. Ends with the stop only: what fails later is told by `Health`. */
  | { readonly t: 'ready' }
  /** The program stops. Does not end. */
  | { readonly t: 'stopping'; readonly reason: string };

const SOON_MS = 100;

export interface ReadinessOptions {
  readonly clock: Clock;
  /** From the making of this object: what is missing after so many milliseconds is not waited for any longer. */
  readonly limitMs: number;
  /** What is missing although ports and journal are open, in a sentence that strangers may read. */
  readonly missing: () => string | undefined;
}

/**
 * Readiness is narrower than health: the gateway is the front door of the whole AutoKitteh server, so a failure of
 * AutoKitteh, the journal or an app after the start must not take it off the network.
 */
export class Readiness {
  readonly changed = new Channel<ReadinessState>();
  readonly #clock: Clock;
  readonly #missing: () => string | undefined;
  readonly #limit: Timer;
  #soon: Timer | undefined;
  #state: ReadinessState = { t: 'starting', reason: 'The ports and the journal are being opened.' };
  #isOpen = false;
  #isOverdue = false;

  constructor({ clock, limitMs, missing }: ReadinessOptions) {
    this.#clock = clock;
    this.#missing = missing;
    this.#limit = clock.setTimer(limitMs, () => {
      this.#isOverdue = true;
      this.look();
    });
  }

  get state(): ReadinessState {
    return this.#state;
  }

  /** The ports listen, and the journal has been opened. */
  opened(): void {
    this.#isOpen = true;
    this.look();
  }

  /** Looks whether the start is over; called when something that was missing may be there. */
  look(): void {
    if (this.#state.t !== 'starting' || !this.#isOpen) return;
    const reason = this.#isOverdue ? undefined : this.#missing();
    if (reason === undefined) this.#become({ t: 'ready' });
    else if (reason !== this.#state.reason) this.#become({ t: 'starting', reason });
  }

  /** Looks soon, once for all calls until then: a look takes long where there are thousands of apps. */
  lookSoon(): void {
    if (this.#state.t !== 'starting') return;
    this.#soon ??= this.#clock.setTimer(SOON_MS, () => {
      this.#soon = undefined;
      this.look();
    });
  }

  /** The program begins to stop. */
  stop(): void {
    if (this.#state.t !== 'stopping') this.#become({ t: 'stopping', reason: 'The program is stopping.' });
  }

  #become(state: ReadinessState): void {
    this.#state = state;
    if (state.t !== 'starting') {
      this.#limit.cancel();
      this.#soon?.cancel();
    }
    this.changed.emit(state);
  }
}
