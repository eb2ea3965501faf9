import type { AutoKitteh } from '../autokitteh/client.js';
import type { ConnectionRecord } from '../autokitteh/connection-list.js';
import type { Clock } from '../core/clock.js';
import { errorMessage } from '../core/errors.js';
import { inTurns } from '../core/in-turns.js';
import type { Background } from '../core/lifecycle.js';
import type { Log } from '../core/log.js';
import type { Random } from '../core/random.js';
import type { Division } from './division.js';
import type { LivePolicy } from './policy.js';
import type { Registry } from './registry.js';

// Variables are read for so many connections at once: a start with hundreds must not flood the server.
const READERS = 8;

// What is done for one connection takes a microsecond or two.
const LOOKED_A_TURN = 500;

export interface VariableReadsOptions {
  readonly server: Pick<AutoKitteh, 'variables'>;
  readonly registry: Registry;
  readonly division: Division;
  readonly clock: Clock;
  readonly random: Random;
  readonly policy: Pick<LivePolicy, 'sweepMs' | 'othersSweepMs' | 'incompleteMs'>;
  readonly log: Log;
  readonly background: Background;
  readonly signal: AbortSignal;
  /** Whether the server holds another status than the one that was brought to it: its variables may have changed. */
  readonly overwritten: (record: ConnectionRecord) => boolean;
  /** Called with a connection whose variables say something else, although nobody has told of that. */
  readonly found: (connectionId: string) => void;
}

/** Reads the variables of connections: of those for which that was asked, and now and then of all. */
export class VariableReads {
  readonly #options: VariableReadsOptions;
  /** When variables were read, and a number in [0, 1) that spreads the next reading. */
  readonly #reads = new Map<string, { readonly at: number; readonly spread: number }>();
  #next = new Set<string>();
  /** Connections to which somebody wrote, as all processes were told. */
  readonly #told = new Set<string>();
  /** Those of inactive connections, for which nobody waits. */
  readonly #later: string[] = [];
  #isReadingLater = false;

  constructor(options: VariableReadsOptions) {
    this.#options = options;
  }

  /** Has the next round read this connection's variables. `isTold` says that all processes know that somebody wrote to it. */
  next(connectionId: string, isTold: boolean): void {
    this.#next.add(connectionId);
    if (isTold) this.#told.add(connectionId);
  }

  /** Takes the connections that the next round is to read, whatever is due besides. */
  takeNext(): ReadonlySet<string> {
    const taken = this.#next;
    this.#next = new Set();
    return taken;
  }

  /** Only these connections are left. */
  async retain(ids: ReadonlySet<string>): Promise<void> {
    await inTurns([...this.#reads.keys()], LOOKED_A_TURN, (id) => {
      if (ids.has(id)) return;
      this.#reads.delete(id);
      this.#told.delete(id);
    });
  }

  /** Reads what is due, and these. Resolves when those are read that are active, or for which somebody asked. */
  async round(records: readonly ConnectionRecord[], asked: ReadonlySet<string>): Promise<void> {
    const { background, clock, random, registry, signal } = this.#options;
    const now = clock.monotonic();
    const urgent: string[] = [];
    await inTurns(records, LOOKED_A_TURN, (record) => {
      const { id } = record;
      const isAsked = asked.has(id);
      if (!isAsked && !this.#isDue(record, now)) return;
      this.#reads.set(id, { at: now, spread: random() });
      (isAsked || registry.get(id)?.active === true ? urgent : this.#later).push(id);
    });
    await this.#readAll(urgent);
    if (this.#isReadingLater || this.#later.length === 0 || signal.aborted) return;
    this.#isReadingLater = true;
    background.run('reading the variables of inactive connections', () =>
      this.#readAll(this.#later).finally(() => (this.#isReadingLater = false)),
    );
  }

  #isDue(record: ConnectionRecord, now: number): boolean {
    const read = this.#reads.get(record.id);
    if (read === undefined) return true;
    const entry = this.#options.registry.get(record.id);
    // It was inactive when it was put behind all others.
    if (entry?.active === true && entry.variables === undefined) return true;
    // Spread, so that a sweep never reads all of them at once.
    if (now > read.at + this.#sweepMs(record.id) * (0.8 + 0.2 * read.spread)) return true;
    return this.#options.overwritten(record);
  }

  #sweepMs(id: string): number {
    const { division, registry, policy } = this.#options;
    const setup = registry.get(id)?.setup;
    // Someone may be setting variables of a connection that is not complete yet, past the gateway.
    if (setup?.t === 'new' || setup?.t === 'incomplete') return policy.incompleteMs;
    return setup?.t !== 'complete' || division.asksAbout(setup.appId) ? policy.sweepMs : policy.othersSweepMs;
  }

  async #readAll(waiting: string[]): Promise<void> {
    const reader = async (): Promise<void> => {
      for (let id = waiting.shift(); id !== undefined; id = waiting.shift()) await this.#read(id);
    };
    await Promise.all(Array.from({ length: Math.min(READERS, waiting.length) }, reader));
  }

  async #read(id: string): Promise<void> {
    const { server, registry, log, signal, found } = this.#options;
    const before = registry.get(id);
    try {
      registry.read(id, await server.variables(id, [], signal));
    } catch (error) {
      // The connection may have been deleted since it was listed; otherwise the next round tries again.
      this.#reads.delete(id);
      if (!signal.aborted)
        log.debug(
          { connection: id, reason: errorMessage(error) },
          'could not read the variables of a connection',
        );
      return;
    }
    const isTold = this.#told.delete(id);
    const wasRead = before?.variables !== undefined;
    if (wasRead && !isTold && registry.get(id)?.setup !== before.setup) found(id);
  }
}
