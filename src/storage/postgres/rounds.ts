import type { Clock, Timer } from '../../core/clock.js';

/** Does something again and again, each time a pause after the last one has ended. */
export class Rounds {
  readonly #clock: Clock;
  readonly #pauseMs: number;
  readonly #round: () => Promise<unknown>;
  #timer: Timer | undefined;
  #running: Promise<unknown> = Promise.resolve();
  #isStopped = false;

  /** `round` must not reject. */
  constructor(clock: Clock, pauseMs: number, round: () => Promise<unknown>) {
    this.#clock = clock;
    this.#pauseMs = pauseMs;
    this.#round = round;
  }

  /** Begins the first one after a pause. */
  run(): void {
    if (this.#isStopped) return;
    this.#timer = this.#clock.setTimer(this.#pauseMs, () => {
      this.#running = this.#round();
      void this.#running.then(() => this.run());
    });
  }

  /** Begins no further one. Resolves when the one that is under way has ended. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    this.#timer?.cancel();
    await this.#running;
  }
}
