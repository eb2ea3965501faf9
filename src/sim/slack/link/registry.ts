import type { Random } from '../../../core/random.js';
import type { Endpoint } from './endpoint.js';

/** Slack's limit of sockets per app. */
export const SOCKETS_PER_APP = 10;

/** Which sockets each app has registered, ghosts included. */
export interface Registry {
  add(endpoint: Endpoint): void;
  remove(endpoint: Endpoint): void;
  count(appId: string): number;
  isFull(appId: string): boolean;
  /** One of the app's, at random: Slack promises no pattern. Undefined if there is none. */
  route(appId: string): Endpoint | undefined;
  list(appId: string): readonly Endpoint[];
}

export function createRegistry(random: Random): Registry {
  const byApp = new Map<string, Endpoint[]>();
  return {
    add(endpoint) {
      const endpoints = byApp.get(endpoint.appId);
      if (endpoints === undefined) byApp.set(endpoint.appId, [endpoint]);
      else endpoints.push(endpoint);
    },
    remove(endpoint) {
      const endpoints = byApp.get(endpoint.appId);
      const at = endpoints?.indexOf(endpoint) ?? -1;
      if (at >= 0) endpoints?.splice(at, 1);
    },
    count: (appId) => byApp.get(appId)?.length ?? 0,
    isFull: (appId) => (byApp.get(appId)?.length ?? 0) >= SOCKETS_PER_APP,
    route(appId) {
      const endpoints = byApp.get(appId);
      return endpoints?.[Math.floor(random() * endpoints.length)];
    },
    list: (appId) => byApp.get(appId) ?? [],
  };
}
