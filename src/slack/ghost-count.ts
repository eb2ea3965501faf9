import type { Clock } from '../core/clock.js';

// Slack's own count lags behind a close by some seconds.
const LAG_MS = 10_000;

/** How many of our sockets are in a count of Slack's. */
export interface OwnSockets {
  readonly surely: number;
  readonly perhaps: number;
}

/** How many sockets Slack counts for an app beyond ours, as of the last hello. */
export class GhostCount {
  readonly #clock: Clock;
  /** When sockets that Slack knew were closed, oldest first. */
  #closedAt: number[] = [];
  #ghosts = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  get ghosts(): number {
    return this.#ghosts;
  }

  closed(): void {
    this.#recent();
    this.#closedAt.push(this.#clock.monotonic());
  }

  /**
   * Slack said how many it counts, ours among them. True if the number of ghosts changed. Sockets on their way, and
   * those that were closed just now, may be counted or not: within that doubt the number stays what it was.
   */
  counted(connections: number, { surely, perhaps }: OwnSockets): boolean {
    const before = this.#ghosts;
    const most = Math.max(0, connections - surely);
    const least = Math.max(0, connections - perhaps - this.#recent());
    this.#ghosts = Math.min(most, Math.max(least, before));
    return this.#ghosts !== before;
  }

  #recent(): number {
    const since = this.#clock.monotonic() - LAG_MS;
    this.#closedAt = this.#closedAt.filter((at) => at > since);
    return this.#closedAt.length;
  }
}
