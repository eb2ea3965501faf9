import { isDeepStrictEqual } from 'node:util';
import type { ConnectionRecord } from '../autokitteh/connection-list.js';
import type { Variable } from '../autokitteh/client.js';
import { Channel } from '../core/channel.js';
import { inTurns } from '../core/in-turns.js';
import { belongsTo, type Installation } from '../events/installation.js';
import type { BotTokenState } from './bot-identity.js';
import { installIdsOf } from './whose-bot.js';
import { setupStateOf, type SetupState, type Variables } from './variables.js';

/** One connection as far as it is known here. */
export interface Entry {
  readonly record: ConnectionRecord;
  /** Its project has an active deployment, or it belongs to an organisation. */
  readonly active: boolean;
  /** Absent until they were read once. */
  readonly variables: Variables | undefined;
  readonly setup: SetupState;
  readonly identity: BotTokenState;
}

// What is done for one takes a few microseconds.
const NOTED_A_TURN = 250;

interface Route {
  readonly id: string;
  readonly installIds: string;
  /** Slack has ended the bot token's access since it said whose the token is. */
  readonly ended: boolean;
}

/** Connections of this integration, with what routes events to them. Holds no state that the server does not. */
export class Registry {
  /** The id of each connection of which something has changed that matters here, or that is gone. */
  readonly changed = new Channel<string>();
  readonly #entries = new Map<string, Entry>();
  // Built at the first event after a change of something they depend on: events are many, such changes few.
  #routes: Map<string, Route[]> | undefined;
  #undecided: Map<string, string[]> | undefined;

  has(id: string): boolean {
    return this.#entries.has(id);
  }

  get(id: string): Entry | undefined {
    return this.#entries.get(id);
  }

  get size(): number {
    return this.#entries.size;
  }

  all(): IterableIterator<Entry> {
    return this.#entries.values();
  }

  /** Takes the server's list: what is not in it is gone. Answers the ids that were not known before. */
  async list(records: readonly ConnectionRecord[], active: ReadonlySet<string>): Promise<string[]> {
    const listed = new Set(records.map(({ id }) => id));
    for (const id of this.#entries.keys()) if (!listed.has(id)) this.#remove(id);
    const created: string[] = [];
    await inTurns(records, NOTED_A_TURN, (record) => {
      if (!this.#note(record, active.has(record.id))) created.push(record.id);
    });
    return created;
  }

  /** Notes variables that were just read; nothing if the connection is gone by now. */
  read(id: string, variables: readonly Variable[]): void {
    const entry = this.#entries.get(id);
    if (entry === undefined) return;
    const read = new Map(variables.map(({ name, value }) => [name, value]));
    const known = entry.variables;
    const byName = known !== undefined && isDeepStrictEqual(read, known) ? known : read;
    const found = setupStateOf(byName);
    const setup = isDeepStrictEqual(found, entry.setup) ? entry.setup : found;
    // What Slack said of one token says nothing of the next.
    const identity: BotTokenState =
      botTokenOf(entry.setup) === botTokenOf(setup) ? entry.identity : { t: 'unknown' };
    this.#set({ ...entry, variables: byName, setup, identity });
  }

  /**
   * Notes what Slack said of a connection's bot token; nothing if the connection has another one by now. Answers whether
   * that was news.
   */
  identify(id: string, botToken: string, identity: BotTokenState): boolean {
    const entry = this.#entries.get(id);
    if (entry === undefined || botTokenOf(entry.setup) !== botToken) return false;
    if (entry.identity === identity || isDeepStrictEqual(entry.identity, identity)) return false;
    this.#set({ ...entry, identity });
    return true;
  }

  /**
   * The active connections of exactly this installation. With `includeEnded` also those whose access Slack has just ended:
   * they are the ones to be told so.
   */
  connectionsOf(installation: Installation, includeEnded = false): string[] {
    this.#routes ??= this.#buildRoutes();
    const routes = this.#routes.get(installation.appId) ?? [];
    return routes
      .filter(({ installIds, ended }) => (includeEnded || !ended) && belongsTo(installIds, installation))
      .map(({ id }) => id);
  }

  /**
   * The connections that an event of this app may be for although it is for none that is known: Slack has not said yet
   * whose their bot tokens are, or has not said so again since the start. A workspace may have joined an organisation
   * meanwhile, so that what Slack said before never tells that an event is for nobody.
   */
  undecided(appId: string): readonly string[] {
    this.#undecided ??= this.#findUndecided();
    return this.#undecided.get(appId) ?? [];
  }

  /** Whether Slack is being asked, for the first time, whose the bot token of a connection of this app is. */
  isBeingAsked(appId: string): boolean {
    return [...this.#entries.values()].some(
      ({ active, setup, identity }) =>
        active &&
        setup.t === 'complete' &&
        setup.appId === appId &&
        identity.t === 'unknown' &&
        identity.failure === undefined,
    );
  }

  // What Slack says of the bot token counts. Variables do not: anyone who has a connection can write into them whatever
  // it takes to get the events of others.
  #buildRoutes(): Map<string, Route[]> {
    const routes = new Map<string, Route[]>();
    for (const { record, active, setup, identity } of this.#entries.values()) {
      if (!active || setup.t !== 'complete' || identity.t === 'unknown') continue;
      const ended = identity.t === 'refused';
      const owner = ended ? identity.was : identity.owner;
      if (owner?.appId !== setup.appId) continue;
      const ofApp = routes.get(owner.appId);
      const route = { id: record.id, installIds: installIdsOf(owner), ended };
      if (ofApp === undefined) routes.set(owner.appId, [route]);
      else ofApp.push(route);
    }
    return routes;
  }

  #findUndecided(): Map<string, string[]> {
    const undecided = new Map<string, string[]>();
    for (const { record, active, setup, identity } of this.#entries.values()) {
      if (!active || setup.t !== 'complete' || identity.t === 'refused') continue;
      const { appId } = setup;
      if (identity.t === 'known' && (identity.isConfirmed || identity.owner.appId !== appId)) continue;
      const ofApp = undecided.get(appId);
      if (ofApp === undefined) undecided.set(appId, [record.id]);
      else ofApp.push(record.id);
    }
    return undecided;
  }

  #set(entry: Entry): void {
    const before = this.#entries.get(entry.record.id);
    this.#entries.set(entry.record.id, entry);
    if (before === undefined || !routeAlike(before, entry)) this.#forgetRoutes();
    else if (before.variables === entry.variables) return;
    this.changed.emit(entry.record.id);
  }

  #remove(id: string): void {
    this.#entries.delete(id);
    this.#forgetRoutes();
    this.changed.emit(id);
  }

  #forgetRoutes(): void {
    this.#routes = undefined;
    this.#undecided = undefined;
  }

  #note(record: ConnectionRecord, active: boolean): boolean {
    const known = this.#entries.get(record.id);
    if (known?.record === record && known.active === active) return true;
    this.#set({
      variables: known?.variables,
      setup: known?.setup ?? { t: 'new' },
      identity: known?.identity ?? { t: 'unknown' },
      record,
      active,
    });
    return known !== undefined;
  }
}

/** Whether two states of one connection get the same events. */
function routeAlike(left: Entry, right: Entry): boolean {
  return left.active === right.active && left.setup === right.setup && left.identity === right.identity;
}

function botTokenOf(setup: SetupState): string | undefined {
  return setup.t === 'complete' ? setup.botToken : undefined;
}
