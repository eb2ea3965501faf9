import { belongsTo, type Installation } from '../events/installation.js';
import type { BotTokenState } from './bot-identity.js';
import { installIdsOf } from './whose-bot.js';

/** A connection that is set up completely. */
interface Routed {
  readonly record: { readonly id: string };
  readonly active: boolean;
  readonly identity: BotTokenState;
}

interface Route {
  readonly id: string;
  readonly installIds: string;
  /** Slack has ended the bot token's access since it said whose the token is. */
  readonly ended: boolean;
}

/** What is known of one app's connections, for its events. */
interface OfApp {
  readonly routes: readonly Route[];
  readonly undecided: readonly string[];
}

const NOBODYS: OfApp = { routes: [], undecided: [] };

/**
 * To which connections events go. What is known of an app is computed at its first event after a change of one of its
 * connections: events are many, such changes few.
 */
export class Routes {
  readonly #entriesOf: (appId: string) => readonly Routed[];
  readonly #apps = new Map<string, OfApp>();

  /** `entriesOf` answers the connections that name an app, set up completely. */
  constructor(entriesOf: (appId: string) => readonly Routed[]) {
    this.#entriesOf = entriesOf;
  }

  /** A connection of this app has changed. */
  forget(appId: string): void {
    this.#apps.delete(appId);
  }

  connectionsOf(installation: Installation, includeEnded: boolean): string[] {
    return this.#of(installation.appId)
      .routes.filter(
        ({ installIds, ended }) => (includeEnded || !ended) && belongsTo(installIds, installation),
      )
      .map(({ id }) => id);
  }

  undecided(appId: string): readonly string[] {
    return this.#of(appId).undecided;
  }

  #of(appId: string): OfApp {
    const known = this.#apps.get(appId);
    if (known !== undefined) return known;
    const entries = this.#entriesOf(appId);
    // Strangers may name any number of apps.
    if (entries.length === 0) return NOBODYS;
    const active = entries.filter((entry) => entry.active);
    const ofApp = {
      routes: active.flatMap((entry) => routeOf(entry, appId) ?? []),
      undecided: active.filter((entry) => isUndecided(entry, appId)).map(({ record }) => record.id),
    };
    this.#apps.set(appId, ofApp);
    return ofApp;
  }
}

// What Slack says of the bot token counts. Variables do not: anyone who has a connection can write into them whatever
// it takes to get the events of others.
function routeOf({ record, identity }: Routed, appId: string): Route | undefined {
  if (identity.t === 'unknown') return undefined;
  const ended = identity.t === 'refused';
  const owner = ended ? identity.was : identity.owner;
  if (owner?.appId !== appId) return undefined;
  return { id: record.id, installIds: installIdsOf(owner), ended };
}

function isUndecided({ identity }: Routed, appId: string): boolean {
  if (identity.t === 'refused') return false;
  return identity.t === 'unknown' || (!identity.isConfirmed && identity.owner.appId === appId);
}
