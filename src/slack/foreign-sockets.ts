import type { Clock } from '../core/clock.js';
import type { Hello } from './envelope.js';
import type { PoolContext } from './pool-context.js';
import type { OwnSockets, SocketSet } from './socket-set.js';
import type { SlackSocket } from './socket.js';

export interface ForeignSocketsOptions {
  readonly appId: string;
  readonly context: PoolContext;
  readonly socketSet: SocketSet;
  /** The sockets of other processes were looked at, and the number may be another one. */
  readonly onRecount: () => void;
}

/** Counts the sockets of one app that Slack knows and no process of this program holds: another program uses the app. */
export class ForeignSockets {
  readonly #options: ForeignSocketsOptions;
  readonly #count: ForeignCount;

  constructor(options: ForeignSocketsOptions) {
    this.#options = options;
    this.#count = new ForeignCount(options.context.clock);
  }

  /** As of the last hello. */
  get count(): number {
    return this.#count.foreign;
  }

  /** A socket that Slack knew was closed. */
  closed(): void {
    this.#count.closed();
  }

  /** Slack said at `now` how many sockets it counts; those of other processes are known after the next look at them. */
  greeted(socket: SlackSocket, { connections }: Hello, now: number): void {
    const { appId, context, socketSet, onRecount } = this.#options;
    const { background, events, places, policy } = context;
    const { surely, perhaps } = socketSet.countedFor(socket);
    const before = places.others(appId).live;
    const count = (): void => {
      const { live, seen } = places.others(appId);
      const known = { surely: surely + Math.min(before, live), perhaps: perhaps + seen };
      if (this.#count.counted(connections, known))
        events.emit({ t: 'foreign_sockets', appId, count: this.count });
      // The next hello says whether they are gone.
      const recountAt = this.count > 0 ? now + policy.pool.recountMs : Infinity;
      if (recountAt < socket.renewal.at) socket.renewal = { at: recountAt, why: 'age' };
    };
    const look = places.look();
    if (look === undefined) count();
    else
      background.run('counting sockets', () =>
        look.then(
          () => {
            count();
            onRecount();
          },
          // Without PostgreSQL the number stays what it was.
          () => undefined,
        ),
      );
  }
}

// Slack's own count lags behind a close by some seconds.
const LAG_MS = 10_000;

/** How many sockets Slack counts for an app beyond ours, as of the last hello. */
export class ForeignCount {
  readonly #clock: Clock;
  /** When sockets that Slack knew were closed, oldest first. */
  #closedAt: number[] = [];
  #foreign = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  get foreign(): number {
    return this.#foreign;
  }

  closed(): void {
    this.#recent();
    this.#closedAt.push(this.#clock.monotonic());
  }

  /**
   * Slack said how many it counts, ours among them. True if the number changed. Sockets on their way, and
   * those that were closed just now, may be counted or not: within that doubt the number stays what it was.
   */
  counted(connections: number, { surely, perhaps }: OwnSockets): boolean {
    const before = this.#foreign;
    const most = Math.max(0, connections - surely);
    const least = Math.max(0, connections - perhaps - this.#recent());
    this.#foreign = Math.min(most, Math.max(least, before));
    return this.#foreign !== before;
  }

  #recent(): number {
    const since = this.#clock.monotonic() - LAG_MS;
    this.#closedAt = this.#closedAt.filter((at) => at > since);
    return this.#closedAt.length;
  }
}
