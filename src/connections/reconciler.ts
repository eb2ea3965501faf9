import type { AutoKitteh } from '../autokitteh/client.js';
import type { ConnectionRecord } from '../autokitteh/connection-list.js';
import type { Clock, Timer } from '../core/clock.js';
import { errorMessage, serverReason } from '../core/errors.js';
import type { Health } from '../core/health.js';
import { inTurns } from '../core/in-turns.js';
import type { Background } from '../core/lifecycle.js';
import type { Log } from '../core/log.js';
import type { Random } from '../core/random.js';
import { ToldCauses } from '../core/told-causes.js';
import { ActiveSet } from './active-set.js';
import type { LivePolicy } from './policy.js';
import type { Registry } from './registry.js';
import { APP_TOKEN } from './variables.js';

// Variables are read for so many connections at once: a start with hundreds must not flood the server.
const READERS = 8;

// What is done for one connection takes a microsecond or two.
const LOOKED_A_TURN = 500;

const NOT_YET = 'it has not answered yet';

/** What came of one look at the server. */
export interface LookResult {
  /** Whether the server has answered. */
  readonly hasAnswered: boolean;
  /** Whether it told something that it did not tell at the look before, or something was brought to it meanwhile. */
  readonly isNews: boolean;
}

export interface ReconcilerOptions {
  readonly integrationId: string;
  readonly server: Pick<AutoKitteh, 'findActiveConnections' | 'listConnections' | 'variables'>;
  readonly registry: Registry;
  readonly clock: Clock;
  readonly random: Random;
  readonly policy: LivePolicy;
  readonly log: Log;
  readonly health: Health;
  readonly background: Background;
  /** Aborts when everything stops. */
  readonly signal: AbortSignal;
  /** Whether the server holds another status than the one that was brought to it: its variables may have changed. */
  readonly overwritten: (record: ConnectionRecord) => boolean;
  /** Called with the ids of all connections, each time that the server has told them: the same set while it is the same. */
  readonly listed: (ids: ReadonlySet<string>) => void;
  /** Called after every look, whether or not something changed. */
  readonly looked: (look: LookResult) => void;
}

/** Learns from the server which connections there are: two cheap questions at each look, and variables where needed. */
export class Reconciler {
  readonly #options: ReconcilerOptions;
  readonly #active: ActiveSet;
  /** When variables were read, and a number in [0, 1) that spreads the next reading. */
  readonly #reads = new Map<string, { readonly at: number; readonly spread: number }>();
  readonly #kicked = new Set<string>();
  /** What the server told last, and the ids of that. */
  #records: readonly ConnectionRecord[] = [];
  #activeIds: ReadonlySet<string> = new Set();
  #ids: ReadonlySet<string> = new Set();
  #timer: Timer | undefined;
  #pauseMs: number;
  #looking: Promise<void> | undefined;
  #again = false;
  #stopped = false;
  #down: string | undefined;
  readonly #told = new ToldCauses();
  #hasLooked = false;

  constructor(options: ReconcilerOptions) {
    this.#options = options;
    this.#pauseMs = options.policy.reconcileMs;
    this.#active = new ActiveSet(options.clock, options.policy.graceMs);
    this.#setDown(NOT_YET);
  }

  /** Whether the server has told at least once which connections there are. */
  get hasLooked(): boolean {
    return this.#hasLooked;
  }

  /** Looks now, and again whenever the policy says so, until stopped. */
  start(): void {
    this.look();
  }

  /** Has the next look, whenever it is, read this connection's variables. */
  readNext(connectionId: string): void {
    this.#kicked.add(connectionId);
  }

  /** Looks soon; with an id, reads that connection's variables too. Several calls meanwhile make one further look. */
  look(connectionId?: string): void {
    if (this.#stopped) return;
    if (connectionId !== undefined) this.#kicked.add(connectionId);
    if (this.#looking !== undefined) {
      this.#again = true;
      return;
    }
    this.#timer?.cancel();
    this.#options.background.run('reconcile', () => this.#run());
  }

  /** Resolves when a look that began after this call has ended. */
  async looked(connectionId?: string): Promise<void> {
    const running = this.#looking;
    this.look(connectionId);
    await running;
    await this.#looking;
  }

  stop(): void {
    this.#stopped = true;
    this.#timer?.cancel();
  }

  async #run(): Promise<void> {
    this.#looking = this.#look();
    await this.#looking;
    this.#looking = undefined;
    if (this.#stopped) return;
    if (this.#again) {
      this.#again = false;
      this.look();
      return;
    }
    this.#timer = this.#options.clock.setTimer(this.#pauseMs, () => this.look());
  }

  async #look(): Promise<void> {
    const { server, integrationId, policy, log, listed, looked, signal } = this.#options;
    let isNews = true;
    try {
      const [found, records] = await Promise.all([
        server.findActiveConnections(integrationId, APP_TOKEN, signal),
        server.listConnections(integrationId, signal),
      ]);
      isNews = this.#kicked.size > 0 || this.#down !== undefined;
      if (await this.#take(records, this.#active.update(found, records))) isNews = true;
      listed(this.#ids);
      await this.#read(await this.#due(records));
      if (this.#down !== undefined && this.#down !== NOT_YET) log.info('AutoKitteh is reachable again');
      this.#hasLooked = true;
      this.#told.clear();
      this.#setDown(undefined);
      const longMs = Math.min(policy.reconcileMaxMs, records.length * policy.reconcileMsEach);
      this.#pauseMs = isNews ? policy.reconcileMs : Math.max(policy.reconcileMs, longMs);
    } catch (error) {
      if (signal.aborted) return;
      this.#pauseMs = policy.reconcileMs;
      const reason = serverReason(error);
      const level = this.#told.isNews(reason) ? 'warn' : 'debug';
      log[level]({ reason }, 'AutoKitteh did not list its connections, retrying');
      this.#setDown(reason);
    }
    looked({ hasAnswered: this.#down === undefined, isNews });
  }

  /** Tells the registry what is new; answers whether anything is. */
  async #take(records: readonly ConnectionRecord[], active: ReadonlySet<string>): Promise<boolean> {
    if (records === this.#records && active === this.#activeIds) return false;
    if (records !== this.#records) this.#ids = new Set(records.map(({ id }) => id));
    for (const id of await this.#options.registry.list(records, active)) this.#reads.delete(id);
    for (const id of this.#reads.keys()) if (!this.#ids.has(id)) this.#reads.delete(id);
    // Only now: what a look that was ended in the middle has not told is told by the next.
    this.#records = records;
    this.#activeIds = active;
    return true;
  }

  /** Notes why the server could not be asked the last time, in its or the network's words; nothing when it could. */
  #setDown(reason: string | undefined): void {
    this.#down = reason;
    this.#options.health.set('server', reason === undefined ? [] : [`AutoKitteh is unreachable: ${reason}`]);
  }

  async #due(records: readonly ConnectionRecord[]): Promise<string[]> {
    const { clock, random, overwritten } = this.#options;
    const now = clock.monotonic();
    const ids: string[] = [];
    const kicked = new Set(this.#kicked);
    this.#kicked.clear();
    await inTurns(records, LOOKED_A_TURN, (record) => {
      const read = this.#reads.get(record.id);
      const isDue =
        read === undefined ||
        kicked.has(record.id) ||
        // Spread, so that a sweep never reads all of them at once.
        now > read.at + this.#sweepMs(record.id) * (0.8 + 0.2 * read.spread) ||
        overwritten(record);
      if (!isDue) return;
      ids.push(record.id);
      this.#reads.set(record.id, { at: now, spread: random() });
    });
    return ids;
  }

  // Someone may be setting variables of a connection that is not complete yet, past the gateway.
  #sweepMs(id: string): number {
    const { registry, policy } = this.#options;
    const setup = registry.get(id)?.setup.t;
    return setup === 'new' || setup === 'incomplete' ? policy.incompleteMs : policy.sweepMs;
  }

  async #read(ids: readonly string[]): Promise<void> {
    const waiting = [...ids];
    const reader = async (): Promise<void> => {
      for (let id = waiting.pop(); id !== undefined; id = waiting.pop()) await this.#readOne(id);
    };
    await Promise.all(Array.from({ length: Math.min(READERS, ids.length) }, reader));
  }

  async #readOne(id: string): Promise<void> {
    const { server, registry, log, signal } = this.#options;
    try {
      registry.read(id, await server.variables(id, [], signal));
    } catch (error) {
      // The connection may have been deleted since it was listed; otherwise the next look tries again.
      this.#reads.delete(id);
      log.debug(
        { connection: id, reason: errorMessage(error) },
        'could not read the variables of a connection',
      );
    }
  }
}
