import type { AutoKitteh } from '../autokitteh/client.js';
import type { ConnectionRecord } from '../autokitteh/connection-list.js';
import type { Clock, Timer } from '../core/clock.js';
import { serverReason } from '../core/errors.js';
import type { Health } from '../core/health.js';
import { inTurns } from '../core/in-turns.js';
import type { Background } from '../core/lifecycle.js';
import type { Log } from '../core/log.js';
import { ToldCauses } from '../core/told-causes.js';
import { ActiveSet } from './active-set.js';
import type { Division } from './division.js';
import type { LivePolicy } from './policy.js';
import type { Registry } from './registry.js';
import { APP_TOKEN } from './variables.js';
import type { VariableReads } from './variable-reads.js';

const NOT_YET = 'it has not answered yet';

// A comparison takes a microsecond.
const COMPARED_A_TURN = 1_000;

/** What came of one round. */
export interface RoundResult {
  /** Whether the server was asked which connections there are. */
  readonly hasAsked: boolean;
  /** Whether it has answered, the last time that it was asked. */
  readonly hasAnswered: boolean;
  /** Whether it told something that it did not tell the time before. */
  readonly isNews: boolean;
  /** The connections of which it told something else, or to which something was brought meanwhile. */
  readonly told: Iterable<string>;
}

export interface ReconcilerOptions {
  readonly integrationId: string;
  readonly server: Pick<AutoKitteh, 'findActiveConnections' | 'listConnections'>;
  readonly registry: Registry;
  readonly reads: VariableReads;
  readonly division: Division;
  readonly clock: Clock;
  readonly policy: LivePolicy;
  readonly log: Log;
  readonly health: Health;
  readonly background: Background;
  /** Aborts when everything stops. */
  readonly signal: AbortSignal;
  /** Called with the ids of all connections, each time that the server has told them: the same set while it is the same. */
  readonly listed: (ids: ReadonlySet<string>) => void;
  /** Called after every round, whether or not something changed. */
  readonly ended: (round: RoundResult) => void;
}

/**
 * Learns from the server which connections there are: in rounds, each with two cheap questions, and variables where needed.
 * Where several processes serve the same connections, one of them asks in each round, and the others when it tells them that
 * something is new.
 */
export class Reconciler {
  readonly #options: ReconcilerOptions;
  readonly #active: ActiveSet;
  /** What the server told last, and the ids of that. */
  #records: readonly ConnectionRecord[] = [];
  #activeIds: ReadonlySet<string> = new Set();
  #ids: ReadonlySet<string> = new Set();
  /** On the monotonic clock. */
  #askedAt = -Infinity;
  /** Somebody wants the server to be asked in the next round. */
  #isWanted = false;
  #timer: Timer | undefined;
  #pauseMs: number;
  #running: Promise<void> | undefined;
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

  /** Asks the server soon, and again whenever the policy says so, until stopped. Several calls meanwhile make one further round. */
  look(): void {
    this.#isWanted = true;
    this.#begin();
  }

  /** Resolves when a round that began after this call, and asked the server, has ended. */
  async looked(): Promise<void> {
    const running = this.#running;
    this.look();
    await running;
    await this.#running;
  }

  stop(): void {
    this.#stopped = true;
    this.#timer?.cancel();
  }

  #begin(): void {
    if (this.#stopped) return;
    if (this.#running !== undefined) {
      this.#again = true;
      return;
    }
    this.#timer?.cancel();
    this.#options.background.run('reconcile', () => this.#run());
  }

  async #run(): Promise<void> {
    this.#running = this.#round();
    await this.#running;
    this.#running = undefined;
    if (this.#stopped) return;
    if (this.#again) {
      this.#again = false;
      this.#begin();
      return;
    }
    this.#timer = this.#options.clock.setTimer(this.#pauseMs, () => this.#begin());
  }

  async #round(): Promise<void> {
    const { policy, reads, log, signal, ended } = this.#options;
    // Before the question: what is brought to the server meanwhile, the answer may not tell.
    const asked = reads.takeNext();
    const hasAsked = asked.size > 0 || this.#isDue();
    this.#isWanted = false;
    let isNews = true;
    let told: Iterable<string> = [];
    try {
      const changed = hasAsked ? await this.#ask() : undefined;
      isNews = changed !== undefined;
      told = new Set([...(changed ?? []), ...asked]);
      await reads.round(this.#records, asked);
      const isQuiet = !isNews && asked.size === 0 && this.#down === undefined;
      const longMs = Math.min(policy.reconcileMaxMs, this.#records.length * policy.reconcileMsEach);
      this.#pauseMs = isQuiet ? Math.max(policy.reconcileMs, longMs) : policy.reconcileMs;
      this.#answered();
    } catch (error) {
      if (signal.aborted) return;
      for (const id of asked) reads.next(id, false);
      this.#pauseMs = policy.reconcileMs;
      const reason = serverReason(error);
      const level = this.#told.isNews(reason) ? 'warn' : 'debug';
      log[level]({ reason }, 'AutoKitteh did not list its connections, retrying');
      this.#setDown(reason);
    }
    ended({ hasAsked, hasAnswered: this.#down === undefined, isNews, told });
  }

  /** Whether the server is to be asked in this round. */
  #isDue(): boolean {
    const { clock, division, policy } = this.#options;
    if (this.#isWanted || this.#down !== undefined || this.#active.isAnyInGrace || division.looks())
      return true;
    return clock.monotonic() >= this.#askedAt + policy.followMs;
  }

  /** Asks the server, and tells the registry what is new; undefined where nothing is, else the ids whose record is new. */
  async #ask(): Promise<readonly string[] | undefined> {
    const { server, integrationId, listed, registry, reads, clock, signal } = this.#options;
    this.#askedAt = clock.monotonic();
    const [found, records] = await Promise.all([
      server.findActiveConnections(integrationId, APP_TOKEN, signal),
      server.listConnections(integrationId, signal),
    ]);
    const ids = await this.#idsOf(records);
    const active = this.#active.update(found, ids);
    let changed: readonly string[] | undefined;
    if (records !== this.#records || active !== this.#activeIds) {
      changed = await registry.list(records, active, ids);
      if (ids !== this.#ids) await reads.retain(ids);
      // Only now: what a round that was ended in the middle has not told is told by the next.
      this.#records = records;
      this.#activeIds = active;
      this.#ids = ids;
    }
    listed(ids);
    return changed;
  }

  /** The same set while the server tells the same ids. */
  async #idsOf(records: readonly ConnectionRecord[]): Promise<ReadonlySet<string>> {
    const last = this.#records;
    const isSamePlace = (record: ConnectionRecord, place: number): boolean =>
      record === last[place] || record.id === last[place]?.id;
    if (records.length === last.length && records.every(isSamePlace)) return this.#ids;
    const ids = new Set<string>();
    let known = 0;
    await inTurns(records, COMPARED_A_TURN, ({ id }) => {
      ids.add(id);
      if (this.#ids.has(id)) known += 1;
    });
    return known === records.length && known === this.#ids.size ? this.#ids : ids;
  }

  #answered(): void {
    if (this.#down !== undefined && this.#down !== NOT_YET)
      this.#options.log.info('AutoKitteh is reachable again');
    this.#hasLooked = true;
    this.#told.clear();
    this.#setDown(undefined);
  }

  /** Notes why the server could not be asked the last time, in its or the network's words; nothing when it could. */
  #setDown(reason: string | undefined): void {
    this.#down = reason;
    this.#options.health.set('server', reason === undefined ? [] : [`AutoKitteh is unreachable: ${reason}`]);
  }
}
