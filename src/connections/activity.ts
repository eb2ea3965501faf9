import type { Channel } from '../core/channel.js';
import type { Clock } from '../core/clock.js';
import type { DeliveryEvent } from '../delivery/events.js';

/** What happened for one connection since this process began. */
export interface Activity {
  readonly delivered: number;
  readonly dead: number;
  /** The last event that AutoKitteh took; `at` in milliseconds since 1970. */
  readonly lastEvent: { readonly type: string; readonly at: number } | undefined;
}

const NONE: Activity = { delivered: 0, dead: 0, lastEvent: undefined };

/** Counts deliveries by connection, for the pages. */
export class ActivityLog {
  readonly #byConnection = new Map<string, Activity>();
  readonly #clock: Clock;

  constructor(events: Channel<DeliveryEvent>, clock: Clock) {
    this.#clock = clock;
    events.subscribe((event) => this.#note(event));
  }

  of(connectionId: string): Activity {
    return this.#byConnection.get(connectionId) ?? NONE;
  }

  /** Forgets connections that are gone. */
  retain(ids: ReadonlySet<string>): void {
    for (const id of this.#byConnection.keys()) if (!ids.has(id)) this.#byConnection.delete(id);
  }

  #note(event: DeliveryEvent): void {
    if (event.t !== 'dispatched' && event.t !== 'recovered_unconfirmed' && event.t !== 'dead') return;
    const { connectionId, kind } = event.row;
    const { delivered, dead, lastEvent } = this.of(connectionId);
    this.#byConnection.set(
      connectionId,
      event.t === 'dead'
        ? { delivered, dead: dead + 1, lastEvent }
        : { delivered: delivered + 1, dead, lastEvent: { type: kind, at: this.#clock.now() } },
    );
  }
}
