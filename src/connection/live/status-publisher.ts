import type { Status } from '../../autokitteh/status.js';
import type { Clock } from '../../core/clock.js';
import { errorMessage } from '../../core/errors.js';
import type { Background } from '../../core/lifecycle.js';
import type { Log } from '../../core/log.js';

/** Stores a status on the server. */
export type PushStatus = (connectionId: string, status: Status) => Promise<void>;

/** Has the server put its own status back, and tells what it is. */
export type RefreshStatus = (connectionId: string) => Promise<Status>;

interface Shown {
  /** What the server holds, as far as is known. */
  readonly stored: Status;
  /** What was last found instead, and since when. */
  readonly pending: { readonly status: Status; readonly since: number } | undefined;
  /** What was last brought to the server. */
  readonly pushed: Status | undefined;
  /** The server was seen with another status than that. */
  readonly replaced: boolean;
  readonly pushing: boolean;
}

/**
 * Brings statuses to the server, each change once. A trouble must have lasted for `settleMs` before it is shown as
 * one, so that what a renewal mends by itself alarms nobody; good news and anything on request go out at once.
 */
export class StatusPublisher {
  readonly #shown = new Map<string, Shown>();
  readonly #push: PushStatus;
  readonly #refresh: RefreshStatus;
  readonly #clock: Clock;
  readonly #background: Background;
  readonly #settleMs: number;
  readonly #log: Log;

  constructor(options: {
    push: PushStatus;
    refresh: RefreshStatus;
    clock: Clock;
    background: Background;
    settleMs: number;
    log: Log;
  }) {
    this.#push = options.push;
    this.#refresh = options.refresh;
    this.#clock = options.clock;
    this.#background = options.background;
    this.#settleMs = options.settleMs;
    this.#log = options.log;
  }

  /** Notes what the server was just seen to hold. */
  listed(connectionId: string, stored: Status): void {
    const shown = this.#shown.get(connectionId);
    if (shown?.pushing === true) return;
    const replaced = shown !== undefined && shown.pushed !== undefined && !same(shown.pushed, stored);
    this.#shown.set(connectionId, {
      pending: undefined,
      pushed: undefined,
      ...shown,
      stored,
      pushing: false,
      replaced,
    });
  }

  /** Whether the server holds another status than the one brought to it: it put its own back, or someone else did. */
  overwritten(connectionId: string, stored: Status): boolean {
    const pushed = this.#shown.get(connectionId)?.pushed;
    return pushed !== undefined && !same(pushed, stored);
  }

  /** Notes what is true, and brings it to the server when that is due. */
  update(connectionId: string, actual: Status): void {
    const shown = this.#shown.get(connectionId);
    if (shown === undefined || shown.pushing) return;
    if (same(shown.stored, actual)) {
      this.#shown.set(connectionId, { ...shown, pending: undefined, pushed: actual });
      return;
    }
    const now = this.#clock.monotonic();
    const since =
      shown.pending !== undefined && same(shown.pending.status, actual) ? shown.pending.since : now;
    this.#shown.set(connectionId, { ...shown, pending: { status: actual, since } });
    const worse = actual.code === 'error' || actual.code === 'warning';
    // Nothing new when the server put its own status over one that had been shown before.
    const shownBefore = shown.replaced && shown.pushed !== undefined && same(shown.pushed, actual);
    if (!worse || shownBefore || now - since >= this.#settleMs) this.#send(connectionId, actual);
  }

  /**
   * Notes that a connection is not ours (any more). Had a status been brought to it, the server is asked for its own,
   * whatever it was seen to hold: ours may have arrived after its own, and after it was last looked at.
   */
  takeBack(connectionId: string): void {
    const shown = this.#shown.get(connectionId);
    if (shown?.pushed === undefined || shown.pushing) return;
    this.#change(connectionId, 'status not refreshed by the server', async () => {
      const stored = await this.#refresh(connectionId);
      return { stored, pushed: undefined, pending: undefined, pushing: false, replaced: false };
    });
  }

  /** Forgets connections that are gone. */
  retain(ids: ReadonlySet<string>): void {
    for (const id of this.#shown.keys()) if (!ids.has(id)) this.#shown.delete(id);
  }

  #send(connectionId: string, status: Status): void {
    this.#change(connectionId, 'status not stored on the server', async () => {
      await this.#push(connectionId, status);
      return { stored: status, pushed: status, pending: undefined, pushing: false, replaced: false };
    });
  }

  /** Runs one change of what the server holds; what it failed to change is left for the next occasion. */
  #change(connectionId: string, failure: string, work: () => Promise<Shown>): void {
    const before = this.#shown.get(connectionId);
    if (before === undefined) return;
    this.#shown.set(connectionId, { ...before, pushing: true });
    this.#background.run(`change the status of ${connectionId}`, async () => {
      let after: Shown = { ...before, pushing: false };
      try {
        after = await work();
      } catch (error) {
        this.#log.warn({ connection: connectionId, reason: errorMessage(error) }, failure);
      } finally {
        if (this.#shown.has(connectionId)) this.#shown.set(connectionId, after);
      }
    });
  }
}

function same(left: Status, right: Status): boolean {
  return left.code === right.code && left.message === right.message;
}
