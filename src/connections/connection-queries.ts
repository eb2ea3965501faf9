import type { Status } from '../autokitteh/status.js';
import { waitAtMost, type Clock } from '../core/clock.js';
import type { Division } from './division.js';
import type { Identification } from './identification.js';
import type { LivePolicy } from './policy.js';
import type { Reconciler } from './reconciler.js';
import type { Registry } from './registry.js';
import { INIT_REQUIRED } from './status.js';
import type { VariableReads } from './variable-reads.js';
import { usesSocketMode } from './variables.js';

export interface ConnectionQueriesOptions {
  readonly registry: Registry;
  readonly reads: Pick<VariableReads, 'next'>;
  readonly reconciler: Pick<Reconciler, 'looked'>;
  readonly identification: Pick<Identification, 'of' | 'invalidate'>;
  readonly division: Pick<Division, 'look'>;
  /** The status of a connection from live facts. */
  readonly current: (connectionId: string) => Status;
  readonly clock: Clock;
  readonly policy: Pick<LivePolicy, 'answerMs'>;
}

/**
 * What AutoKitteh and the gateway ask about one connection. The server is asked anew first; where server or Slack take longer
 * than `answerMs`, the answer is what is known.
 */
export class ConnectionQueries {
  readonly #options: ConnectionQueriesOptions;

  constructor(options: ConnectionQueriesOptions) {
    this.#options = options;
  }

  /** Whether it is a connection of this integration; looks at the server before it says no. */
  async knows(connectionId: string): Promise<boolean> {
    const { registry } = this.#options;
    if (registry.get(connectionId) !== undefined) return true;
    await this.#waitFor(this.#lookedAt(connectionId));
    return registry.get(connectionId) !== undefined;
  }

  /** Whether it is a connection that uses Socket Mode, set up completely or not. */
  async isSocketMode(connectionId: string): Promise<boolean> {
    await this.#waitFor(this.#lookedAt(connectionId));
    const entry = this.#options.registry.get(connectionId);
    return entry !== undefined && usesSocketMode(entry);
  }

  /** The status after the connection's variables were read anew, or what is known when server or Slack are slow. */
  async status(connectionId: string): Promise<Status> {
    if (connectionId === '') return INIT_REQUIRED;
    const { current, identification } = this.#options;
    await this.#waitFor(
      this.#lookedAt(connectionId)
        .then(() => identification.of([connectionId], true))
        .then(() => this.#othersLookedAt()),
    );
    return current(connectionId);
  }

  /** Asks Slack about the bot token now, then gives the status. */
  async test(connectionId: string): Promise<Status> {
    const { current, identification } = this.#options;
    await this.#waitFor(this.#lookedAt(connectionId));
    identification.invalidate(connectionId);
    await identification.of([connectionId], true);
    await this.#waitFor(this.#othersLookedAt());
    return current(connectionId);
  }

  /** All variables of a connection, as sessions get them; from memory, and empty when they could never be read. */
  async config(connectionId: string): Promise<Readonly<Record<string, string>>> {
    const { registry } = this.#options;
    if (registry.get(connectionId)?.variables === undefined) {
      await this.#waitFor(this.#lookedAt(connectionId));
    }
    return Object.fromEntries(registry.get(connectionId)?.variables ?? []);
  }

  /** Resolves when the server has told anew which connections there are, and what the variables of this one hold. */
  #lookedAt(connectionId: string): Promise<void> {
    const { reads, reconciler } = this.#options;
    reads.next(connectionId, false);
    return reconciler.looked();
  }

  /** Resolves when the sockets of other processes are known as they are now, or cannot be; never rejects. */
  async #othersLookedAt(): Promise<void> {
    await this.#options.division.look()?.catch(() => undefined);
  }

  // A caller gets what is known when the server takes too long: its own deadline is short.
  #waitFor(work: Promise<void>): Promise<void> {
    return waitAtMost(this.#options.clock, this.#options.policy.answerMs, work);
  }
}
