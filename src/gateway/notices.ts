import type { Clock, Timer } from '../core/clock.js';
import { PORT_LIMITS } from '../http/limits.js';

/**
 * Tells of writes that passed: at once of each that names its connection; of those that do not, at most once a second,
 * because each leads to a look at all connections.
 */
export class Notices {
  readonly #clock: Clock;
  readonly #notice: (connectionId?: string) => void;
  #next = -Infinity;
  #timer: Timer | undefined;

  constructor(clock: Clock, notice: (connectionId?: string) => void) {
    this.#clock = clock;
    this.#notice = notice;
  }

  tell(connectionId: string | undefined): void {
    if (connectionId !== undefined) {
      this.#notice(connectionId);
      return;
    }
    if (this.#timer !== undefined) return;
    const wait = this.#next - this.#clock.monotonic();
    if (wait <= 0) this.#tellOfAll();
    else this.#timer = this.#clock.setTimer(wait, () => this.#tellOfAll());
  }

  close(): void {
    this.#timer?.cancel();
  }

  #tellOfAll(): void {
    this.#timer = undefined;
    this.#next = this.#clock.monotonic() + PORT_LIMITS.lookAtAllMs;
    this.#notice();
  }
}
