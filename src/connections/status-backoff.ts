import { backoffDelay, type Backoff } from '../core/backoff.js';
import type { Clock } from '../core/clock.js';
import { errorMessage, PluginError, type ErrorCode } from '../core/errors.js';
import type { Log } from '../core/log.js';
import type { Random } from '../core/random.js';

interface Failing {
  readonly times: number;
  /** Monotonic time of the next try. */
  readonly until: number;
}

/** The server answered, and said no to this connection alone. */
const REFUSALS: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  'bad_input',
  'forbidden',
  'not_found',
  'server_refused',
]);

export interface StatusBackoffOptions {
  readonly clock: Clock;
  readonly random: Random;
  readonly retry: Backoff;
  readonly log: Log;
}

/**
 * When a status may be brought to the server again after a failure. While the server cannot be reached, one status is
 * tried now and then for all connections; what it refuses is tried again for that connection alone. Each outage and each
 * refused connection is one line in the log, and the end of an outage another.
 */
export class StatusBackoff {
  readonly #options: StatusBackoffOptions;
  #outage: Failing | undefined;
  /** The one that finds out whether the outage is over. */
  #probing = false;
  readonly #refused = new Map<string, Failing>();

  constructor(options: StatusBackoffOptions) {
    this.#options = options;
  }

  /**
   * Milliseconds until a change for this connection may be tried. 0 if it is to be tried now: then its outcome must be told.
   * Infinity while another one finds out whether the outage is over.
   */
  begin(connectionId: string): number {
    const now = this.#options.clock.monotonic();
    const refusedFor = (this.#refused.get(connectionId)?.until ?? 0) - now;
    if (refusedFor > 0) return refusedFor;
    if (this.#outage === undefined) return 0;
    if (this.#probing) return Infinity;
    if (this.#outage.until > now) return this.#outage.until - now;
    this.#probing = true;
    return 0;
  }

  succeeded(connectionId: string): void {
    this.#refused.delete(connectionId);
    this.#answered();
  }

  failed(connectionId: string, error: unknown): void {
    const { log } = this.#options;
    const reason = errorMessage(error);
    if (error instanceof PluginError && REFUSALS.has(error.code)) {
      this.#answered();
      const before = this.#refused.get(connectionId);
      this.#refused.set(connectionId, this.#after(before));
      if (before === undefined)
        log.warn(
          { connection: connectionId, reason },
          'AutoKitteh refused the status of a connection, retrying with backoff',
        );
      return;
    }
    this.#probing = false;
    // Several that were under way when the outage began are one failure.
    if (this.#outage !== undefined && this.#outage.until > this.#options.clock.monotonic()) return;
    if (this.#outage === undefined)
      log.warn({ reason }, 'AutoKitteh does not accept the statuses of connections, retrying with backoff');
    this.#outage = this.#after(this.#outage);
  }

  /** Forgets a connection that is gone. */
  forget(connectionId: string): void {
    this.#refused.delete(connectionId);
  }

  #answered(): void {
    this.#probing = false;
    if (this.#outage === undefined) return;
    this.#outage = undefined;
    this.#options.log.info('AutoKitteh accepts the statuses of connections again');
  }

  #after(before: Failing | undefined): Failing {
    const { clock, random, retry } = this.#options;
    const times = (before?.times ?? 0) + 1;
    return { times, until: clock.monotonic() + backoffDelay(retry, times, random) };
  }
}
