import type { Ready, Source, Want } from '../storage/journal.js';

interface Feed extends Source {
  readonly urgent: boolean;
  /** When its first lane that nobody holds is ready, as far as is known. */
  readyAt: number;
}

/** Which sources may have rows to dispatch, and whose turn it is: apps in turn, and the connections of each in turn. */
export class Feeds {
  readonly #apps = {
    urgent: new Map<string, Map<string, Feed>>(),
    other: new Map<string, Map<string, Feed>>(),
  };
  readonly #inFlight = new Map<string, number>();

  /** A lane of the source is ready at `readyAt`, or earlier. */
  hint({ appId, connectionId, urgent, readyAt }: Ready): void {
    const apps = this.#appsOf(urgent);
    let feeds = apps.get(appId);
    if (feeds === undefined) {
      feeds = new Map();
      apps.set(appId, feeds);
    }
    const feed = feeds.get(connectionId);
    if (feed === undefined) feeds.set(connectionId, { appId, connectionId, urgent, readyAt });
    else feed.readyAt = Math.min(feed.readyAt, readyAt);
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
    for (const feeds of this.#appsOf(urgent).values())
      for (const feed of feeds.values()) if (this.#isReady(feed, perConnection, now)) return true;
    return false;
  }

  /**
   * Gives out `slots` one by one, and at most `perConnection` to one connection, those under way included. Feeds that
   * got any are forgotten until somebody hints at them again: the journal says what is left.
   */
  allot(urgent: boolean, slots: number, perConnection: number, now: number): Want[] {
    const apps = this.#appsOf(urgent);
    const wants = new Map<Feed, number>();
    let candidates = slots > 0 ? this.#readyByApp(apps, perConnection, now) : [];
    for (let left = slots; left > 0 && candidates.length > 0;) {
      for (const feeds of candidates) {
        if (left === 0) break;
        const feed = feeds.shift();
        if (feed === undefined) continue;
        const limit = (wants.get(feed) ?? 0) + 1;
        wants.set(feed, limit);
        left -= 1;
        if (limit + this.inFlightOf(feed) < perConnection) feeds.push(feed);
      }
      candidates = candidates.filter((feeds) => feeds.length > 0);
    }
    for (const feed of wants.keys()) forget(apps, feed);
    return [...wants].map(([{ appId, connectionId }, limit]) => ({ appId, connectionId, urgent, limit }));
  }

  /**
   * The first time after `now` at which a feed is ready, none being begun before `notBefore`; undefined if none is known.
   * Feeds that are ready already lack a slot, and whoever gives one back looks for them.
   */
  nextAfter(now: number, notBefore: number): number | undefined {
    let next: number | undefined;
    for (const apps of [this.#apps.urgent, this.#apps.other])
      for (const feeds of apps.values())
        for (const { readyAt } of feeds.values()) {
          const at = Math.max(readyAt, notBefore);
          if (at > now && (next === undefined || at < next)) next = at;
        }
    return next;
  }

  #appsOf(urgent: boolean): Map<string, Map<string, Feed>> {
    return urgent ? this.#apps.urgent : this.#apps.other;
  }

  #isReady(feed: Feed, perConnection: number, now: number): boolean {
    return feed.readyAt <= now && this.inFlightOf(feed) < perConnection;
  }

  #readyByApp(apps: Map<string, Map<string, Feed>>, perConnection: number, now: number): Feed[][] {
    const candidates: Feed[][] = [];
    for (const feeds of apps.values()) {
      const ready = [...feeds.values()].filter((feed) => this.#isReady(feed, perConnection, now));
      if (ready.length > 0) candidates.push(ready);
    }
    return candidates;
  }
}

/** Whoever is hinted at again comes last in its app, and its app last of all: that makes the turns. */
function forget(apps: Map<string, Map<string, Feed>>, { appId, connectionId }: Feed): void {
  const feeds = apps.get(appId);
  if (feeds === undefined) return;
  feeds.delete(connectionId);
  apps.delete(appId);
  if (feeds.size > 0) apps.set(appId, feeds);
}
