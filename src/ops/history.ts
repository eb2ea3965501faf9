import { createHistogram } from 'node:perf_hooks';
import type { Channel } from '../core/channel.js';
import type { Clock, Timer } from '../core/clock.js';
import type { DeliveryEvent } from '../delivery/events.js';
import type { SocketEvent } from '../slack/events.js';

/** What happened in one minute. Durations are milliseconds, and absent where there were none. */
export interface Minute {
  /** Its start, milliseconds since 1970. */
  readonly at: number;
  /** Events that were written to the journal, each once; absent while the program did not run. */
  readonly events: number | undefined;
  /** Events that AutoKitteh accepted, once for each connection. */
  readonly delivered: number | undefined;
  readonly acknowledgement: Quantiles | undefined;
  readonly dispatch: Quantiles | undefined;
  /** Live sockets of all apps at its end, or now. */
  readonly sockets: number | undefined;
  /** The most events that waited in the journal, of several looks. */
  readonly waiting: number | undefined;
}

export interface Quantiles {
  readonly p50: number;
  readonly p99: number;
}

const MINUTE_MS = 60_000;
/** An hour, the minute under way included. */
const MINUTES = 60;
// Often enough to see what waits for half a minute.
const LOOK_MS = 15_000;

export interface HistoryOptions {
  readonly delivery: Channel<DeliveryEvent>;
  readonly sockets: Channel<SocketEvent>;
  /** How many events wait in the journal. */
  readonly waiting: () => Promise<number>;
  readonly clock: Clock;
}

/** The last hour, minute by minute, in memory of a fixed size whatever happens. */
export class History {
  readonly #options: HistoryOptions;
  readonly #acknowledgement = durations();
  readonly #dispatch = durations();
  readonly #live = new Map<string, number>();
  readonly #unsubscribe: readonly (() => void)[];
  /** The minutes before the one under way, oldest first. */
  #past: Minute[] = [];
  /** The minute under way, in minutes since 1970. */
  #minute: number;
  #events = 0;
  #waiting: number | undefined;
  #timer: Timer | undefined;
  #stopped = false;

  constructor(options: HistoryOptions) {
    this.#options = options;
    this.#minute = this.#now();
    this.#unsubscribe = [
      options.delivery.subscribe((event) => this.#onDelivery(event)),
      options.sockets.subscribe((event) => this.#onSocket(event)),
    ];
  }

  /** Begins to look at what waits; until stop(). */
  start(): void {
    void this.#look();
  }

  stop(): void {
    this.#stopped = true;
    this.#timer?.cancel();
    for (const unsubscribe of this.#unsubscribe) unsubscribe();
  }

  /** The last hour, oldest first; what was before the program began is empty. */
  minutes(): Minute[] {
    this.#turn();
    const known = new Map([...this.#past, this.#current()].map((minute) => [minute.at, minute]));
    return Array.from({ length: MINUTES }, (_, index) => {
      const at = (this.#minute - MINUTES + 1 + index) * MINUTE_MS;
      return known.get(at) ?? { at, ...EMPTY };
    });
  }

  async #look(): Promise<void> {
    const { clock, waiting } = this.#options;
    try {
      const count = await waiting();
      this.#turn();
      this.#waiting = Math.max(this.#waiting ?? 0, count);
    } catch {
      // A journal that cannot be asked leaves a gap in the chart, and is a problem that the page tells.
    }
    if (!this.#stopped) this.#timer = clock.setTimer(LOOK_MS, () => void this.#look());
  }

  #onDelivery(event: DeliveryEvent): void {
    if (event.t !== 'journaled' && event.t !== 'acknowledged' && event.t !== 'dispatched') return;
    this.#turn();
    if (event.t === 'journaled') this.#events += 1;
    else (event.t === 'acknowledged' ? this.#acknowledgement : this.#dispatch).record(recordable(event.ms));
  }

  #onSocket(event: SocketEvent): void {
    if (event.t !== 'status_changed' && event.t !== 'app_released') return;
    this.#turn();
    if (event.t === 'status_changed') this.#live.set(event.appId, event.status.sockets);
    else this.#live.delete(event.appId);
  }

  /** Ends the minute under way if it is over. A clock that was set back goes on in the same minute. */
  #turn(): void {
    const now = this.#now();
    if (now <= this.#minute) return;
    this.#past = [...this.#past, this.#current()].slice(1 - MINUTES);
    this.#minute = now;
    this.#events = 0;
    this.#waiting = undefined;
    this.#acknowledgement.reset();
    this.#dispatch.reset();
  }

  #current(): Minute {
    return {
      at: this.#minute * MINUTE_MS,
      events: this.#events,
      delivered: this.#dispatch.count,
      acknowledgement: quantiles(this.#acknowledgement),
      dispatch: quantiles(this.#dispatch),
      sockets: [...this.#live.values()].reduce((sum, count) => sum + count, 0),
      waiting: this.#waiting,
    };
  }

  #now(): number {
    return Math.floor(this.#options.clock.now() / MINUTE_MS);
  }
}

const EMPTY: Omit<Minute, 'at'> = {
  events: undefined,
  delivered: undefined,
  acknowledgement: undefined,
  dispatch: undefined,
  sockets: undefined,
  waiting: undefined,
};

// Longer ones count as ten minutes.
const LONGEST_MS = 600_000;

function durations(): ReturnType<typeof createHistogram> {
  return createHistogram({ lowest: 1, highest: LONGEST_MS, figures: 3 });
}

function recordable(ms: number): number {
  return Math.min(Math.max(Math.round(ms), 1), LONGEST_MS);
}

function quantiles(histogram: ReturnType<typeof createHistogram>): Quantiles | undefined {
  if (histogram.count === 0) return undefined;
  return { p50: histogram.percentile(50), p99: histogram.percentile(99) };
}
