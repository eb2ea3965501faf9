import type { Ready, Source, Want } from '../storage/journal.js';
import type { Concurrency } from './concurrency.js';
import { Feeds } from './feeds.js';
import type { OutageWatch } from './outage-watch.js';
import type { DeliveryShares } from './shares.js';

export interface SlotsPorts {
  readonly watch: OutageWatch;
  readonly concurrency: Concurrency;
  readonly shares: () => DeliveryShares;
}

/** Who may dispatch how much at once: what is under way, and for whom the next is. */
export class Slots {
  readonly #feeds = new Feeds();
  readonly #ports: SlotsPorts;
  #inFlight = 0;

  constructor(ports: SlotsPorts) {
    this.#ports = ports;
  }

  get inFlight(): number {
    return this.#inFlight;
  }

  get #limit(): number {
    const { concurrency, shares } = this.#ports;
    return Math.min(concurrency.limit, shares().concurrency);
  }

  /** When the next row may be begun, as far as is known, of those that may not now because of the time. */
  nextAfter(time: number): number | undefined {
    return this.#feeds.nextAfter(time, this.#ports.watch.probeAt ?? 0);
  }

  /** A lane of this source may be ready at `readyAt`. */
  hint(ready: Ready): void {
    this.#feeds.hint(ready);
  }

  take(source: Source): void {
    this.#inFlight += 1;
    this.#feeds.started(source);
  }

  free(source: Source): void {
    this.#inFlight -= 1;
    this.#feeds.ended(source);
  }

  /** Takes a slot for a row that nobody has claimed yet, if one is free, no other row waits for it, and the server works. */
  reserve(source: Source, urgent: boolean, time: number): boolean {
    const { watch } = this.#ports;
    const { urgentReserve, perConnection } = this.#ports.shares();
    const reserve = urgent ? urgentReserve : 0;
    const most = perConnection + reserve;
    if (watch.reason !== undefined || this.#inFlight >= this.#limit + reserve) return false;
    if (this.#feeds.inFlightOf(source) >= most) return false;
    if (this.#feeds.isWaiting(true, most, time) || (!urgent && this.#feeds.isWaiting(false, most, time)))
      return false;
    this.take(source);
    return true;
  }

  /** How many rows of which sources can be begun now; urgent ones may use slots that the others may not. */
  wants(time: number): Want[] {
    const { watch } = this.#ports;
    const { urgentReserve, perConnection: most } = this.#ports.shares();
    const free = this.#limit - this.#inFlight;
    const urgentSlots = watch.allowed(free + urgentReserve, time);
    if (urgentSlots <= 0) return [];
    if (watch.probesOthersFirst) {
      const others = this.#feeds.allot(false, watch.allowed(free, time), most, time);
      if (others.length > 0) return others;
    }
    const urgent = this.#feeds.allot(true, urgentSlots, most + urgentReserve, time);
    const given = urgent.reduce((sum, want) => sum + want.limit, 0);
    const left = Math.max(watch.allowed(free, time) - given, 0);
    return [...urgent, ...this.#feeds.allot(false, left, most, time)];
  }
}
