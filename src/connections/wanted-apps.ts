import type { Clock } from '../core/clock.js';
import type { AppToken } from '../slack/sockets.js';
import type { Entry, Registry } from './registry.js';
import type { TokenMemory } from './token-memory.js';

export interface WantedAppsOptions {
  readonly registry: Registry;
  readonly memory: TokenMemory;
  readonly clock: Clock;
  /** They are decided anew after this long, whatever has changed. */
  readonly sweepMs: number;
}

/** Which apps' sockets are wanted, and with which tokens; decided anew when something has changed that they depend on. */
export class WantedApps {
  readonly #options: WantedAppsOptions;
  #apps: ReadonlyMap<string, readonly AppToken[]> = new Map();
  #isChanged = true;
  /** When they were decided last: on the monotonic clock, and after so many changes of the memory. */
  #decided = { at: -Infinity, memory: 0 };

  constructor(options: WantedAppsOptions) {
    this.#options = options;
    options.registry.changed.subscribe(() => (this.#isChanged = true));
  }

  /** As they were decided last. */
  get apps(): ReadonlyMap<string, readonly AppToken[]> {
    return this.#apps;
  }

  /** Whether a connection has changed since then. */
  get isChanged(): boolean {
    return this.#isChanged;
  }

  /** The passing of time decides, too: whether a token was saved in the future. */
  get isDue(): boolean {
    const { clock, memory, sweepMs } = this.#options;
    if (this.#isChanged || memory.changes !== this.#decided.memory) return true;
    return clock.monotonic() - this.#decided.at >= sweepMs;
  }

  decide(): ReadonlyMap<string, readonly AppToken[]> {
    const { clock, memory, registry } = this.#options;
    this.#isChanged = false;
    this.#decided = { at: clock.monotonic(), memory: memory.changes };
    const wanted = wantedApps(registry.all(), {
      now: clock.now(),
      isProven: (appToken, appId) => memory.get(appToken)?.appId === appId,
    });
    // A bot token that is replaced by the next closes no sockets while Slack is being asked about the new one.
    const kept = [...this.#apps].filter(([appId]) => !wanted.has(appId) && registry.isBeingAsked(appId));
    this.#apps = new Map([...wanted, ...kept]);
    return this.#apps;
  }
}

/** What decides, beside the connections, in which order an app's tokens are tried. */
export interface TokenFacts {
  /** Milliseconds since 1970: a token that was saved later than this was saved at an unknown time. */
  readonly now: number;
  /** Whether Slack has opened a socket of this app with the token, or said at a save on the page that it would. */
  readonly isProven: (appToken: string, appId: string) => boolean;
}

/**
 * The apps whose sockets are wanted, each with the tokens of its active connections, newest first, without repeats. The
 * text of an app-level token names its app, but only Slack's word on the connection's bot token lets it take part.
 */
export function wantedApps(
  entries: Iterable<Entry>,
  { now, isProven }: TokenFacts,
): ReadonlyMap<string, readonly AppToken[]> {
  const apps = new Map<string, Map<string, AppToken>>();
  for (const entry of entries) {
    const { setup } = entry;
    if (setup.t !== 'complete' || !takesPart(entry)) continue;
    const { appId, appToken: token } = setup;
    const setAt = setup.savedAt > now ? 0 : setup.savedAt;
    const tokens = apps.get(appId) ?? new Map<string, AppToken>();
    const known = tokens.get(token);
    if (known === undefined) tokens.set(token, { token, setAt, isProven: isProven(token, appId) });
    else if (known.setAt < setAt) tokens.set(token, { ...known, setAt });
    apps.set(appId, tokens);
  }
  return new Map([...apps].map(([appId, tokens]) => [appId, apart(tokens.values())]));
}

/** Whether Slack said that the bot token belongs to the app that the app-level token names. */
function takesPart({ active, setup, identity }: Entry): boolean {
  if (!active || setup.t !== 'complete' || identity.t === 'unknown') return false;
  // One that was just refused stays: its sockets bring the notice that the app was uninstalled.
  const owner = identity.t === 'refused' ? identity.was : identity.owner;
  return owner?.appId === setup.appId;
}

/** Newest first, no two of the same time: a verdict on a token names the time of its saving, and nothing else of it. */
function apart(tokens: Iterable<AppToken>): AppToken[] {
  const sorted = [...tokens].sort(
    (left, right) => right.setAt - left.setAt || (left.token < right.token ? -1 : 1),
  );
  let last = Infinity;
  return sorted.map((wanted) => {
    last = Math.min(wanted.setAt, last - 1);
    return { ...wanted, setAt: last };
  });
}
