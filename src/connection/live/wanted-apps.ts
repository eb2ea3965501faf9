import type { WantedToken } from './ports.js';
import type { Entry } from './registry.js';

/** The apps whose sockets are wanted, each with the tokens of its active connections, newest first, without repeats. */
export function wantedApps(entries: Iterable<Entry>): ReadonlyMap<string, readonly WantedToken[]> {
  const apps = new Map<string, WantedToken[]>();
  for (const { active, setup } of entries) {
    if (!active || setup.t !== 'complete') continue;
    const tokens = apps.get(setup.appId) ?? [];
    const known = tokens.find(({ token }) => token === setup.appToken);
    if (known === undefined) tokens.push({ token: setup.appToken, setAt: setup.savedAt });
    else if (known.setAt < setup.savedAt)
      tokens.splice(tokens.indexOf(known), 1, { ...known, setAt: setup.savedAt });
    apps.set(setup.appId, tokens);
  }
  return new Map([...apps].map(([appId, tokens]) => [appId, apart(tokens)]));
}

/** Newest first, no two of the same time: a verdict on a token names the time of its saving, and nothing else of it. */
function apart(tokens: readonly WantedToken[]): WantedToken[] {
  const sorted = [...tokens].sort(
    (left, right) => right.setAt - left.setAt || (left.token < right.token ? -1 : 1),
  );
  const times = new Set<number>();
  return sorted.map(({ token, setAt }) => {
    let at = setAt;
    while (times.has(at)) at -= 1;
    times.add(at);
    return { token, setAt: at };
  });
}
