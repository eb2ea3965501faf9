import type { Clock, Timer } from '../core/clock.js';

export interface DueComparisonsOptions {
  readonly clock: Clock;
  /**
   * Compares one connection. Answers in how many milliseconds it is to be compared again although nothing was announced;
   * Infinity for not before `wake`, undefined for not at all.
   */
  readonly compare: (connectionId: string) => number | undefined;
}

// A comparison takes some ten microseconds; what is left has the next turn.
const COMPARED_A_TURN = 100;

/** The connections whose statuses are to be compared, and when. Nothing runs while there are none. */
export class DueComparisons {
  readonly #options: DueComparisonsOptions;
  /** By connection, on the monotonic clock. */
  readonly #due = new Map<string, number>();
  /** Those that wait for `wake`. */
  readonly #waiting = new Set<string>();
  #timer: Timer | undefined;
  /** When the timer rings, on the monotonic clock. */
  #ringsAt = Infinity;
  #isStopped = false;

  constructor(options: DueComparisonsOptions) {
    this.#options = options;
  }

  /** Something was announced that this connection's status depends on: it is compared as soon as this turn is over. */
  add(connectionId: string): void {
    if (this.#isStopped) return;
    const now = this.#options.clock.monotonic();
    this.#waiting.delete(connectionId);
    this.#due.set(connectionId, now);
    this.#ringAt(now);
  }

  /** What was waited for without a time has ended. */
  wake(): void {
    for (const id of this.#waiting) this.add(id);
  }

  stop(): void {
    this.#isStopped = true;
    this.#due.clear();
    this.#waiting.clear();
    this.#timer?.cancel();
  }

  #ring(): void {
    const { clock, compare } = this.#options;
    this.#ringsAt = Infinity;
    const now = clock.monotonic();
    let compared = 0;
    let next = Infinity;
    for (const [id, at] of this.#due) {
      if (at > now) {
        next = Math.min(next, at);
        continue;
      }
      if (compared === COMPARED_A_TURN) {
        next = now;
        break;
      }
      compared += 1;
      this.#due.delete(id);
      const wait = compare(id);
      if (wait === Infinity) this.#waiting.add(id);
      else if (wait !== undefined) this.#due.set(id, now + wait);
    }
    this.#ringAt(next);
  }

  #ringAt(at: number): void {
    if (at >= this.#ringsAt) return;
    this.#timer?.cancel();
    const { clock } = this.#options;
    this.#ringsAt = at;
    this.#timer = clock.setTimer(Math.max(0, at - clock.monotonic()), () => this.#ring());
  }
}
