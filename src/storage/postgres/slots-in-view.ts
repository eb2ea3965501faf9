import type { Clock } from '../../core/clock.js';
import type { OtherSockets } from '../cluster.js';

/** A slot as a look found it. */
export interface SeenSlot {
  readonly appId: string;
  readonly instance: string;
  readonly ticket: number;
  readonly isLive: boolean;
}

// Slack's own count lags behind a close by some seconds.
const REMEMBERED_MS = 10_000;

const NONE: OtherSockets = { live: new Map(), seen: 0 };

interface InView {
  readonly live: Map<string, number>;
  /** Those that are there, by instance and ticket. */
  readonly there: Set<string>;
  /** When those that are gone were missed. */
  missedAt: number[];
}

/** The slots of the other processes, as of the last look. */
export class SlotsInView {
  readonly #clock: Clock;
  readonly #own: string;
  #apps = new Map<string, InView>();

  /** `own` is the instance of this process, whose slots are left out. */
  constructor(clock: Clock, own: string) {
    this.#clock = clock;
    this.#own = own;
  }

  of(appId: string): OtherSockets {
    const app = this.#apps.get(appId);
    if (app === undefined) return NONE;
    const since = this.#clock.monotonic() - REMEMBERED_MS;
    return { live: app.live, seen: app.there.size + app.missedAt.filter((at) => at > since).length };
  }

  /** Takes what a look found; answers the apps of which that is news. */
  replace(slots: readonly SeenSlot[]): Set<string> {
    const before = this.#apps;
    const after = new Map<string, InView>();
    for (const { appId, instance, ticket, isLive } of slots) {
      if (instance === this.#own) continue;
      let app = after.get(appId);
      if (app === undefined) after.set(appId, (app = { live: new Map(), there: new Set(), missedAt: [] }));
      app.there.add(`${instance} ${ticket}`);
      if (isLive) app.live.set(instance, (app.live.get(instance) ?? 0) + 1);
    }
    const now = this.#clock.monotonic();
    for (const [appId, { there, missedAt }] of before) {
      const kept = missedAt.filter((at) => at > now - REMEMBERED_MS);
      const missed = [...there].filter((slot) => after.get(appId)?.there.has(slot) !== true);
      if (kept.length + missed.length === 0) continue;
      let app = after.get(appId);
      if (app === undefined) after.set(appId, (app = { live: new Map(), there: new Set(), missedAt: [] }));
      app.missedAt = [...kept, ...missed.map(() => now)];
    }
    this.#apps = after;
    const appIds = new Set([...before.keys(), ...after.keys()]);
    return new Set([...appIds].filter((appId) => textOf(before.get(appId)) !== textOf(after.get(appId))));
  }
}

function textOf(app: InView | undefined): string {
  return JSON.stringify([[...(app?.live ?? [])].sort(), [...(app?.there ?? [])].sort()]);
}
