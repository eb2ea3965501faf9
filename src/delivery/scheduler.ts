import type { ReadyLane, ClaimRequest } from '../storage/journal.js';
import type { Source } from '../storage/rows.js';
import type { Concurrency } from './concurrency.js';
import type { OutageWatch } from './outage-watch.js';
import type { DeliveryShares } from './shares.js';

export interface SchedulerPorts {
  readonly watch: OutageWatch;
  readonly concurrency: Concurrency;
  readonly shares: () => DeliveryShares;
}

/** Who may dispatch how much at once: what is under way, and for whom the next is. */
export class Scheduler {
  readonly #ready = new ReadySources();
  readonly #ports: SchedulerPorts;
  #inFlight = 0;

  constructor(ports: SchedulerPorts) {
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
    return this.#ready.nextAfter(time, this.#ports.watch.probeAt ?? 0);
  }

  /** A lane of this source may be ready at `readyAt`. */
  notify(ready: ReadyLane): void {
    this.#ready.notify(ready);
  }

  take(source: Source): void {
    this.#inFlight += 1;
    this.#ready.started(source);
  }

  free(source: Source): void {
    this.#inFlight -= 1;
    this.#ready.ended(source);
  }

  /** Takes a slot for a row that nobody has claimed yet, if one is free, no other row waits for it, and the server works. */
  reserve(source: Source, urgent: boolean, time: number): boolean {
    const { watch } = this.#ports;
    const { urgentReserve, perConnection } = this.#ports.shares();
    const reserve = urgent ? urgentReserve : 0;
    const most = perConnection + reserve;
    if (watch.reason !== undefined || this.#inFlight >= this.#limit + reserve) return false;
    if (this.#ready.inFlightOf(source) >= most) return false;
    if (this.#ready.isWaiting(true, most, time) || (!urgent && this.#ready.isWaiting(false, most, time)))
      return false;
    this.take(source);
    return true;
  }

  /** How many rows of which sources can be begun now; urgent ones may use slots that the others may not. */
  claimRequests(time: number): ClaimRequest[] {
    const { watch } = this.#ports;
    const { urgentReserve, perConnection: most } = this.#ports.shares();
    const free = this.#limit - this.#inFlight;
    const urgentSlots = watch.allowed(free + urgentReserve, time);
    if (urgentSlots <= 0) return [];
    if (watch.probesOthersFirst) {
      const others = this.#ready.allocate(false, watch.allowed(free, time), most, time);
      if (others.length > 0) return others;
    }
    const urgent = this.#ready.allocate(true, urgentSlots, most + urgentReserve, time);
    const given = urgent.reduce((sum, { limit }) => sum + limit, 0);
    const left = Math.max(watch.allowed(free, time) - given, 0);
    return [...urgent, ...this.#ready.allocate(false, left, most, time)];
  }
}

interface ReadySource extends Source {
  readonly urgent: boolean;
  /** When its first lane that nobody holds is ready, as far as is known. */
  readyAt: number;
}

/** Which sources may have rows to dispatch, and whose turn it is: apps in turn, and the connections of each in turn. */
class ReadySources {
  readonly #apps = {
    urgent: new Map<string, Map<string, ReadySource>>(),
    other: new Map<string, Map<string, ReadySource>>(),
  };
  readonly #inFlight = new Map<string, number>();

  /** A lane of the source is ready at `readyAt`, or earlier. */
  notify({ appId, connectionId, urgent, readyAt }: ReadyLane): void {
    const apps = this.#appsOf(urgent);
    let sources = apps.get(appId);
    if (sources === undefined) {
      sources = new Map();
      apps.set(appId, sources);
    }
    const source = sources.get(connectionId);
    if (source === undefined) sources.set(connectionId, { appId, connectionId, urgent, readyAt });
    else source.readyAt = Math.min(source.readyAt, readyAt);
  }

  started({ connectionId }: Source): void {
    this.#inFlight.set(connectionId, (this.#inFlight.get(connectionId) ?? 0) + 1);
  }

  ended({ connectionId }: Source): void {
    const left = (this.#inFlight.get(connectionId) ?? 0) - 1;
    if (left > 0) this.#inFlight.set(connectionId, left);
    else this.#inFlight.delete(connectionId);
  }

  inFlightOf({ connectionId }: Source): number {
    return this.#inFlight.get(connectionId) ?? 0;
  }

  /** Whether any source has a row that could be begun now, and is not waiting for its own. */
  isWaiting(urgent: boolean, perConnection: number, now: number): boolean {
    for (const sources of this.#appsOf(urgent).values())
      for (const source of sources.values()) if (this.#isReady(source, perConnection, now)) return true;
    return false;
  }

  /**
   * Gives out `slots` one by one, and at most `perConnection` to one connection, those under way included. Sources that
   * got any are forgotten until notify() names them again: the journal says what is left.
   */
  allocate(urgent: boolean, slots: number, perConnection: number, now: number): ClaimRequest[] {
    const apps = this.#appsOf(urgent);
    const limits = new Map<ReadySource, number>();
    let candidates = slots > 0 ? this.#readyByApp(apps, perConnection, now) : [];
    for (let left = slots; left > 0 && candidates.length > 0;) {
      for (const sources of candidates) {
        if (left === 0) break;
        const source = sources.shift();
        if (source === undefined) continue;
        const limit = (limits.get(source) ?? 0) + 1;
        limits.set(source, limit);
        left -= 1;
        if (limit + this.inFlightOf(source) < perConnection) sources.push(source);
      }
      candidates = candidates.filter((sources) => sources.length > 0);
    }
    for (const source of limits.keys()) forget(apps, source);
    return [...limits].map(([{ appId, connectionId }, limit]) => ({ appId, connectionId, urgent, limit }));
  }

  /**
   * The first time after `now` at which a source is ready, none being begun before `notBefore`; undefined if none is known.
   * Sources that are ready already lack a slot, and are looked at when one is given back.
   */
  nextAfter(now: number, notBefore: number): number | undefined {
    let next: number | undefined;
    for (const apps of [this.#apps.urgent, this.#apps.other])
      for (const sources of apps.values())
        for (const { readyAt } of sources.values()) {
          const at = Math.max(readyAt, notBefore);
          if (at > now && (next === undefined || at < next)) next = at;
        }
    return next;
  }

  #appsOf(urgent: boolean): Map<string, Map<string, ReadySource>> {
    return urgent ? this.#apps.urgent : this.#apps.other;
  }

  #isReady(source: ReadySource, perConnection: number, now: number): boolean {
    return source.readyAt <= now && this.inFlightOf(source) < perConnection;
  }

  #readyByApp(
    apps: Map<string, Map<string, ReadySource>>,
    perConnection: number,
    now: number,
  ): ReadySource[][] {
    const candidates: ReadySource[][] = [];
    for (const sources of apps.values()) {
      const ready = [...sources.values()].filter((source) => this.#isReady(source, perConnection, now));
      if (ready.length > 0) candidates.push(ready);
    }
    return candidates;
  }
}

/** A source that is named again comes last in its app, and its app last of all: that makes the turns. */
function forget(apps: Map<string, Map<string, ReadySource>>, { appId, connectionId }: ReadySource): void {
  const sources = apps.get(appId);
  if (sources === undefined) return;
  sources.delete(connectionId);
  apps.delete(appId);
  if (sources.size > 0) apps.set(appId, sources);
}
