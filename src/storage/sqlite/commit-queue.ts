import type { Clock, Timer } from '../../core/clock.js';
import type { Engine, Reply, Request } from './engine.js';

// More than this in one transaction would only make the first of them wait.
const REQUESTS_A_COMMIT = 64;

// Nobody waits for the rest as people wait for an acknowledgement: while events keep coming, what is not an append waits so
// long for the next append, whose commit and wait for the disk it shares.
const SHARE_MS = 3;
const BUSY_MS = 20;

/** Decides which requests share a commit; all are done in the order of their coming. */
export class CommitQueue {
  readonly #engine: Pick<Engine, 'run'>;
  readonly #clock: Clock;
  readonly #answer: (replies: readonly Reply[]) => void;
  #waiting: Request[] = [];
  #appendedAt = -Infinity;
  #timer: Timer | undefined;

  constructor(engine: Pick<Engine, 'run'>, clock: Clock, answer: (replies: readonly Reply[]) => void) {
    this.#engine = engine;
    this.#clock = clock;
    this.#answer = answer;
  }

  /** Takes what has come in one go; answers it now, or in a few milliseconds. */
  take(requests: readonly Request[]): void {
    const now = this.#clock.monotonic();
    const hasAppend = requests.some(({ verb }) => verb === 'append');
    if (hasAppend) this.#appendedAt = now;
    this.#waiting.push(...requests);
    const canWait = now - this.#appendedAt <= BUSY_MS && this.#waiting.length < REQUESTS_A_COMMIT;
    if (hasAppend || !canWait) this.flush();
    else if (this.#waiting.length > 0) this.#timer ??= this.#clock.setTimer(SHARE_MS, () => this.flush());
  }

  /** Answers all that waits. */
  flush(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
    const requests = this.#waiting;
    this.#waiting = [];
    for (let at = 0; at < requests.length; at += REQUESTS_A_COMMIT)
      this.#answer(this.#engine.run(requests.slice(at, at + REQUESTS_A_COMMIT)));
  }
}
