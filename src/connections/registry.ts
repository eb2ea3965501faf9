import { isDeepStrictEqual } from 'node:util';
import type { ConnectionRecord } from '../autokitteh/connection-list.js';
import type { Variable } from '../autokitteh/client.js';
import { Channel } from '../core/channel.js';
import { inTurns } from '../core/in-turns.js';
import type { Installation } from '../events/installation.js';
import { UNKNOWN, type BotTokenState } from './bot-identity.js';
import { ConnectionIndex } from './connection-index.js';
import { Routes } from './routes.js';
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

// What is done for one takes a few microseconds, ...
const NOTED_A_TURN = 250;
// ... and to see that one is the same, some nanoseconds.
const COMPARED_A_TURN = 5_000;

/** What the server listed. */
interface Listed {
  readonly records: readonly ConnectionRecord[];
  readonly active: ReadonlySet<string>;
  readonly ids: ReadonlySet<string>;
}

/** Connections of this integration, with what routes events to them. Holds no state that the server does not. */
export class Registry {
  /** The id of each connection of which something has changed that matters here, or that is gone. */
  readonly changed = new Channel<string>();
  /** Each app of which a connection has changed in a way that matters here: the app that it names, or named before. */
  readonly appChanged = new Channel<string>();
  readonly #entries = new Map<string, Entry>();
  /** Numbers in the order in which the connections were first listed. */
  readonly #places = new Map<string, number>();
  #lastPlace = 0;
  /** What was taken last, as a whole. */
  #listed: Listed | undefined;
  // So that a change costs the same however many connections there are.
  readonly #byApp = new ConnectionIndex();
  readonly #byBotToken = new ConnectionIndex();
  readonly #routes = new Routes((appId) => this.ofApp(appId));

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

  /** The connections that name this app, set up completely. */
  ofApp(appId: string): Entry[] {
    return this.#inOrder(this.#byApp.get(appId));
  }

  /** The same by their ids, in no order. */
  idsOfApp(appId: string): ReadonlySet<string> {
    return this.#byApp.get(appId);
  }

  /** The connections with this bot token, set up completely. */
  ofBotToken(botToken: string): Entry[] {
    return this.#inOrder(this.#byBotToken.get(botToken));
  }

  /**
   * Takes the server's list: what is not in it is gone. `ids` are those of the records. Answers the ids of the connections that
   * are new, or whose record is another object than before.
   */
  async list(
    records: readonly ConnectionRecord[],
    active: ReadonlySet<string>,
    ids: ReadonlySet<string> = new Set(records.map(({ id }) => id)),
  ): Promise<string[]> {
    const last = this.#listed;
    // A look that is ended in the middle leaves some connections as they were.
    this.#listed = undefined;
    if (ids !== last?.ids)
      await inTurns(this.#entries.keys(), NOTED_A_TURN, (id) => {
        if (!ids.has(id)) this.#remove(id);
      });
    const differing: ConnectionRecord[] = [];
    let place = 0;
    await inTurns(records, COMPARED_A_TURN, (record) => {
      if (active !== last?.active || record !== last.records[place]) differing.push(record);
      place += 1;
    });
    const changed: string[] = [];
    await inTurns(differing, NOTED_A_TURN, (record) => {
      if (this.#entries.get(record.id)?.record !== record) changed.push(record.id);
      this.#note(record, active.has(record.id));
    });
    this.#listed = { records, active, ids };
    return changed;
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
    const identity = botTokenOf(entry) === botTokenOf({ setup }) ? entry.identity : UNKNOWN;
    this.#set({ ...entry, variables: byName, setup, identity });
  }

  /**
   * Notes what Slack said of a connection's bot token; nothing if the connection has another one by now. Answers whether
   * that was news.
   */
  identify(id: string, botToken: string, identity: BotTokenState): boolean {
    const entry = this.#entries.get(id);
    if (entry === undefined || botTokenOf(entry) !== botToken) return false;
    if (entry.identity === identity || isDeepStrictEqual(entry.identity, identity)) return false;
    this.#set({ ...entry, identity });
    return true;
  }

  /**
   * The active connections of exactly this installation. With `includeEnded` also those whose access Slack has just ended:
   * they are the ones to be told so.
   */
  connectionsOf(installation: Installation, includeEnded = false): string[] {
    return this.#routes.connectionsOf(installation, includeEnded);
  }

  /**
   * The connections that an event of this app may be for although it is for none that is known: Slack has not said yet
   * whose their bot tokens are, or has not said so again since the start. A workspace may have joined an organisation
   * meanwhile, so that what Slack said before never tells that an event is for nobody.
   */
  undecided(appId: string): readonly string[] {
    return this.#routes.undecided(appId);
  }

  /** Whether Slack is being asked, for the first time, whose the bot token of a connection of this app is. */
  isBeingAsked(appId: string): boolean {
    return this.ofApp(appId).some(
      ({ active, identity }) => active && identity.t === 'unknown' && identity.failure === undefined,
    );
  }

  #inOrder(ids: ReadonlySet<string>): Entry[] {
    const placeOf = (id: string): number => this.#places.get(id) ?? 0;
    const sorted = [...ids].sort((left, right) => placeOf(left) - placeOf(right));
    return sorted.flatMap((id) => this.#entries.get(id) ?? []);
  }

  #note(record: ConnectionRecord, active: boolean): void {
    const known = this.#entries.get(record.id);
    if (known?.record === record && known.active === active) return;
    this.#set({
      variables: known?.variables,
      setup: known?.setup ?? { t: 'new' },
      identity: known?.identity ?? UNKNOWN,
      record,
      active,
    });
  }

  #set(entry: Entry): void {
    const { id } = entry.record;
    const before = this.#entries.get(id);
    this.#entries.set(id, entry);
    if (before === undefined) this.#places.set(id, (this.#lastPlace += 1));
    this.#index(id, before, entry);
    const isAlike = before !== undefined && routeAlike(before, entry);
    if (isAlike && before.variables === entry.variables) return;
    this.#tell(id, isAlike ? [] : [before, entry]);
  }

  #remove(id: string): void {
    const before = this.#entries.get(id);
    this.#entries.delete(id);
    this.#places.delete(id);
    this.#index(id, before, undefined);
    this.#tell(id, [before]);
  }

  #index(id: string, before: Entry | undefined, after: Entry | undefined): void {
    if (before?.setup === after?.setup) return;
    this.#byApp.move(id, appOf(before), appOf(after));
    this.#byBotToken.move(id, botTokenOf(before), botTokenOf(after));
  }

  /** `states` are those that the connection had and has, if they differ in what routes events. */
  #tell(id: string, states: readonly (Entry | undefined)[]): void {
    const apps = new Set(states.map(appOf).filter((appId) => appId !== undefined));
    for (const appId of apps) this.#routes.forget(appId);
    this.changed.emit(id);
    for (const appId of apps) this.appChanged.emit(appId);
  }
}

/** Whether two states of one connection get the same events. */
function routeAlike(left: Entry, right: Entry): boolean {
  return left.active === right.active && left.setup === right.setup && left.identity === right.identity;
}

function botTokenOf(entry: Pick<Entry, 'setup'> | undefined): string | undefined {
  return entry?.setup.t === 'complete' ? entry.setup.botToken : undefined;
}

function appOf(entry: Pick<Entry, 'setup'> | undefined): string | undefined {
  return entry?.setup.t === 'complete' ? entry.setup.appId : undefined;
}
