import type { Clock } from '../core/clock.js';
import type { AppToken } from '../slack/sockets.js';
import type { Division } from './division.js';
import type { Entry, Registry } from './registry.js';
import type { TokenMemory } from './token-memory.js';

export interface WantedAppsOptions {
  readonly registry: Registry;
  readonly memory: Pick<TokenMemory, 'get' | 'changed'>;
  readonly clock: Clock;
}

/**
 * Which apps' sockets are wanted, and with which tokens. An app is decided anew when something has changed that it depends on;
 * the others keep the very list that they had.
 */
export class WantedApps {
  readonly #options: WantedAppsOptions;
  #apps: ReadonlyMap<string, readonly AppToken[]> = new Map();
  readonly #changed = new Set<string>();
  /** Apps with tokens that were saved in the future, and when that is over. Milliseconds since 1970. */
  readonly #early = new Map<string, number>();

  constructor(options: WantedAppsOptions) {
    const { registry, memory } = options;
    this.#options = options;
    registry.appChanged.subscribe((appId) => this.#changed.add(appId));
    memory.changed.subscribe(({ appId }) => this.#changed.add(appId));
  }

  /** As they were decided last. */
  get apps(): ReadonlyMap<string, readonly AppToken[]> {
    return this.#apps;
  }

  /** Whether an app is to be decided anew. */
  get isDue(): boolean {
    const now = this.#options.clock.now();
    for (const [appId, until] of this.#early) if (until <= now) this.#changed.add(appId);
    return this.#changed.size > 0;
  }

  decide(): ReadonlyMap<string, readonly AppToken[]> {
    const { clock, memory, registry } = this.#options;
    const facts: TokenFacts = {
      now: clock.now(),
      isProven: (appToken, appId) => memory.get(appToken)?.appId === appId,
    };
    const apps = new Map(this.#apps);
    for (const appId of this.#changed) {
      const entries = registry.ofApp(appId);
      this.#noteEarly(appId, entries, facts.now);
      const tokens = wantedApps(entries, facts).get(appId);
      if (tokens !== undefined) apps.set(appId, tokens);
      // A bot token that is replaced by the next closes no sockets while Slack is being asked about the new one.
      else if (!registry.isBeingAsked(appId)) apps.delete(appId);
    }
    this.#changed.clear();
    this.#apps = apps;
    return apps;
  }

  #noteEarly(appId: string, entries: readonly Entry[], now: number): void {
    const times = entries.flatMap(({ setup }) =>
      setup.t === 'complete' && setup.savedAt > now ? [setup.savedAt] : [],
    );
    if (times.length === 0) this.#early.delete(appId);
    else this.#early.set(appId, Math.min(...times));
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

/**
 * The Slack apps of all active connections, but for those of which Slack said that the bot token is not the app's, and those
 * that other processes ask about; undefined while the variables of one are unknown.
 */
export function appsToServe(
  entries: Iterable<Entry>,
  division: Pick<Division, 'asksAbout'>,
): string[] | undefined {
  const served = new Set<string>();
  for (const { active, variables, setup, identity } of entries) {
    if (!active) continue;
    if (variables === undefined) return undefined;
    if (
      setup.t === 'complete' &&
      division.asksAbout(setup.appId) &&
      (identity.t === 'unknown' || (identity.t === 'known' && identity.owner.appId === setup.appId))
    )
      served.add(setup.appId);
  }
  return [...served];
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
