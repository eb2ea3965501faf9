import type { AppToken } from '../slack/sockets.js';
import type { Entry } from './registry.js';

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
