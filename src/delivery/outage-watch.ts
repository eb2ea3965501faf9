import { backoffDelay, type Backoff } from '../core/backoff.js';
import type { Channel } from '../core/channel.js';
import type { Health } from '../core/health.js';
import type { Random } from '../core/random.js';
import type { DeliveryEvent } from './events.js';

type State =
  /** The server takes events. Ends with a failure that says it does not, or with several of any kind in a row. */
  | { readonly t: 'passing'; readonly failures: number }
  /** Nothing is dispatched. Ends at `probeAt`, with one row. */
  | {
      readonly t: 'down';
      readonly since: number;
      readonly reason: string;
      readonly tries: number;
      readonly refuses: boolean;
      readonly probeAt: number;
    }
  /** One row is under way. Ends with its answer. */
  | {
      readonly t: 'probing';
      readonly since: number;
      readonly reason: string;
      readonly tries: number;
      /** Whether the latest failure was a refusal by the server, which then can be reached. */
      readonly refuses: boolean;
    };

/** Which rows failed since the server last took one. */
type Failing =
  | { readonly t: 'none' }
  | { readonly t: 'one'; readonly rowId: number; readonly since: number }
  | { readonly t: 'several' };

export interface OutagePolicy {
  readonly probe: Backoff;
  readonly failuresOfOutage: number;
}

/** Whether the server takes events, told from how dispatches end. */
export class OutageWatch {
  #state: State = { t: 'passing', failures: 0 };
  #failing: Failing = { t: 'none' };
  #passedAt: number | undefined;

  constructor(
    private readonly policy: OutagePolicy,
    private readonly random: Random,
    private readonly events: Channel<DeliveryEvent>,
    private readonly health: Health,
  ) {}

  /** Why nothing is dispatched, if so. */
  get reason(): string | undefined {
    return this.#state.t === 'passing' ? undefined : this.#state.reason;
  }

  /** When the server last took an event. */
  get passedAt(): number | undefined {
    return this.#passedAt;
  }

  /** When the next probe may begin, while the server is down and none is under way. */
  get probeAt(): number | undefined {
    return this.#state.t === 'down' ? this.#state.probeAt : undefined;
  }

  /** Since when this row and no other has failed, with nothing delivered meanwhile. */
  loneSince(rowId: number): number | undefined {
    return this.#failing.t === 'one' && this.#failing.rowId === rowId ? this.#failing.since : undefined;
  }

  /**
   * While the server is down: whether the next probe is for rows that nobody waits for, as every second one is. An urgent
   * row at which the server always seems down would take every probe.
   */
  get probesOthersFirst(): boolean {
    return this.#state.t === 'down' && this.#state.tries % 2 === 0;
  }

  /** How many of `slots` may be used now. */
  allowed(slots: number, now: number): number {
    switch (this.#state.t) {
      case 'passing':
        return slots;
      case 'down':
        return now >= this.#state.probeAt ? Math.min(slots, 1) : 0;
      case 'probing':
        return 0;
    }
  }

  /** A dispatch begins; while the server is down it is the probe. */
  began(): void {
    if (this.#state.t === 'down') this.#enter({ ...this.#state, t: 'probing' });
  }

  /** The server took an event, or refused this very one: it works. */
  answered(now: number, delivered: boolean): void {
    if (delivered) this.#passedAt = now;
    if (delivered) this.#failing = { t: 'none' };
    if (this.#state.t !== 'passing') this.events.emit({ t: 'passing', afterMs: now - this.#state.since });
    this.#enter({ t: 'passing', failures: 0 });
  }

  /** A row was found at the server: that ends an outage in which the server could not be reached. */
  found(now: number): void {
    if (this.#state.t === 'passing') return;
    if (this.#state.refuses) this.notAsked(now);
    else this.answered(now, false);
  }

  /** A dispatch ended before the server was asked: if it was the probe, another may take its place. */
  notAsked(now: number): void {
    if (this.#state.t === 'probing') this.#enter({ ...this.#state, t: 'down', probeAt: now });
  }

  /**
   * A dispatch or a look-up failed; `isCertain` if the failure says that the server takes nothing, `refuses` if the server
   * said so itself.
   */
  failed(rowId: number, now: number, reason: string, isCertain: boolean, refuses = true): void {
    this.#note(rowId, now, isCertain);
    const state = this.#state;
    if (state.t === 'down') return;
    if (state.t === 'passing') {
      const failures = state.failures + 1;
      if (!isCertain && failures < this.policy.failuresOfOutage) this.#enter({ t: 'passing', failures });
      else {
        this.events.emit({ t: 'outage', reason });
        this.#goDown(now, now, reason, 1, refuses);
      }
      return;
    }
    this.#goDown(state.since, now, reason, state.tries + 1, refuses);
  }

  #note(rowId: number, now: number, isCertain: boolean): void {
    const failing = this.#failing;
    if (isCertain || (failing.t === 'one' && failing.rowId !== rowId)) this.#failing = { t: 'several' };
    else if (failing.t === 'none') this.#failing = { t: 'one', rowId, since: now };
  }

  #goDown(since: number, now: number, reason: string, tries: number, refuses: boolean): void {
    const probeAt = now + backoffDelay(this.policy.probe, tries, this.random);
    this.#enter({ t: 'down', since, reason, tries, refuses, probeAt });
  }

  #enter(state: State): void {
    const before = this.reason;
    this.#state = state;
    const { reason } = this;
    if (reason === before) return;
    const problem = `Events wait in the journal, because AutoKitteh does not accept them: ${reason}`;
    this.health.set('delivery', reason === undefined ? [] : [problem]);
  }
}
