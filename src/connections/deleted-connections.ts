import type { AutoKitteh } from '../autokitteh/client.js';
import type { Clock } from '../core/clock.js';
import { errorMessage } from '../core/errors.js';
import { Background } from '../core/lifecycle.js';
import type { Log } from '../core/log.js';

/** What the journal keeps, by connection. */
export interface KeptRows {
  /** The connections of which it keeps anything. */
  connections(): Promise<readonly string[]>;
  /** Removes what it keeps of one, but for what is being sent at present. */
  removeConnection(connectionId: string, signal: AbortSignal): Promise<void>;
}

export interface DeletedConnectionsOptions {
  readonly server: Pick<AutoKitteh, 'connection'>;
  readonly journal: KeptRows;
  readonly clock: Clock;
  readonly log: Log;
}

// The journal is compared with the list at once when a connection is no longer listed, and so often besides.
const COMPARE_MS = 60_000;

// A connection that this process has never seen was deleted while the program was stopped, or the server is not the one
// that the rows are for. The second is a mistake, which a person must have the time to notice.
const NEVER_SEEN_MS = 60 * 60_000;

/**
 * Removes from the journal what it keeps of connections that were deleted. A connection counts as deleted when it is not in
 * a list that the server gave with the program's rights, the server answers that it does not know the connection, and it
 * was listed before in this process, or has not been for an hour.
 */
export class DeletedConnections {
  readonly #options: DeletedConnectionsOptions;
  readonly #background: Background;
  readonly #stopping = new AbortController();
  readonly #seen = new Set<string>();
  /** Of connections with rows: when they were first found missing, by the monotonic clock. */
  readonly #missingSince = new Map<string, number>();
  #listed: ReadonlySet<string> = new Set();
  #comparedAt = -Infinity;
  #isComparing = false;

  constructor(options: DeletedConnectionsOptions) {
    this.#options = options;
    this.#background = new Background((name, error) => {
      if (!this.#stopping.signal.aborted) options.log.warn({ reason: errorMessage(error) }, `${name} failed`);
    });
  }

  /** The server has just told which connections there are. */
  listed(ids: ReadonlySet<string>): void {
    if (ids !== this.#listed) {
      for (const id of this.#listed) if (!ids.has(id)) this.#comparedAt = -Infinity;
      for (const id of ids) this.#seen.add(id);
      this.#listed = ids;
    }
    const now = this.#options.clock.monotonic();
    if (this.#isComparing || this.#stopping.signal.aborted || now < this.#comparedAt + COMPARE_MS) return;
    this.#comparedAt = now;
    this.#isComparing = true;
    this.#background.run('removing deleted connections from the journal', () =>
      this.#compare(now).finally(() => {
        this.#isComparing = false;
      }),
    );
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#background.idle();
  }

  async #compare(now: number): Promise<void> {
    const kept = new Set(await this.#options.journal.connections());
    for (const id of this.#missingSince.keys())
      if (!kept.has(id) || this.#listed.has(id)) this.#missingSince.delete(id);
    for (const id of this.#seen) if (!kept.has(id) && !this.#listed.has(id)) this.#seen.delete(id);
    for (const id of kept) if (!this.#listed.has(id)) await this.#remove(id, now);
  }

  async #remove(id: string, now: number): Promise<void> {
    const { server, journal, log } = this.#options;
    const { signal } = this.#stopping;
    const since = this.#missingSince.get(id) ?? now;
    this.#missingSince.set(id, since);
    if (!this.#seen.has(id) && now - since < NEVER_SEEN_MS) return;
    try {
      if ((await server.connection(id, signal)) !== undefined) return;
    } catch (error) {
      log.debug(
        { connection: id, reason: errorMessage(error) },
        'could not find out whether a connection was deleted',
      );
      return;
    }
    await journal.removeConnection(id, signal);
    // What was being sent is removed when that has ended.
    this.#comparedAt = -Infinity;
  }
}
