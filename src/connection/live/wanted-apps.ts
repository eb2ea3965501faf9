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
  for (const tokens of apps.values()) tokens.sort((left, right) => right.setAt - left.setAt);
  return apps;
}
