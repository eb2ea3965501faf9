import type { Clock } from '../../../core/clock.js';
import type { SlackApp } from '../directory/entities.js';
import { Watch } from '../watch.js';
import { createGhost } from './endpoint.js';
import type { LinkSocket } from './link-socket.js';
import type { Registry } from './registry.js';

/** The sockets of apps, as a test looks at them and does things to them. */
export interface AppSockets {
  /** The sockets that are open (hello was said, not closed), oldest first; those of all apps without one. */
  sockets(app?: SlackApp): LinkSocket[];
  /** The app's open sockets as soon as there are at least `count`; waits at most `limit` real milliseconds. */
  waitForSockets(app: SlackApp, count: number, limit?: number): Promise<LinkSocket[]>;
  /** Resolves when `condition` holds, looked at whenever a socket changes its state. */
  waitUntilSockets(condition: (sockets: LinkSocket[]) => boolean, limit?: number): Promise<void>;
  /** Calls `subscriber` whenever a socket changes its state; returns the way to end that. */
  onSocketChange(subscriber: (socket: LinkSocket) => void): () => void;
  /** Registrations without a client: they count, and get their share. Returns the way to remove them. */
  addGhosts(app: SlackApp, count: number): () => void;
  /** How many sockets the app has registered, ghosts included. */
  connections(app: SlackApp): number;
}

/** The same, with what the rest of the scripted Slack tells it. */
export interface AppSocketsBook {
  readonly view: AppSockets;
  add(socket: LinkSocket): void;
}

export function createAppSockets(registry: Registry, clock: Clock): AppSocketsBook {
  const known = new Set<LinkSocket>();
  const watch = new Watch<LinkSocket>('sockets', () => known);
  let ghosts = 0;
  const open = (app?: SlackApp): LinkSocket[] =>
    [...known].filter(
      (socket) => socket.state.t === 'open' && (app === undefined || socket.appId === app.id),
    );
  return {
    add(socket) {
      known.add(socket);
      socket.changed.subscribe(() => {
        if (socket.state.t === 'closed') known.delete(socket);
        watch.changed.emit(socket);
      });
    },
    view: {
      sockets: open,
      async waitForSockets(app, count, limit) {
        await watch.waitUntil(() => open(app).length >= count, limit);
        return open(app);
      },
      waitUntilSockets: (condition, limit) => watch.waitUntil(() => condition(open()), limit),
      onSocketChange: (subscriber) => watch.changed.subscribe(subscriber),
      addGhosts(app, count) {
        const added = Array.from({ length: count }, () => {
          ghosts += 1;
          return createGhost(`ghost${ghosts}`, app.id, clock.now());
        });
        for (const ghost of added) registry.add(ghost);
        return () => {
          for (const ghost of added) registry.remove(ghost);
        };
      },
      connections: (app) => registry.count(app.id),
    },
  };
}
