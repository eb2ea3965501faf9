import type { Status } from '../autokitteh/status.js';
import type { Backoff } from '../core/backoff.js';
import type { Clock } from '../core/clock.js';
import type { Background } from '../core/lifecycle.js';
import type { Log } from '../core/log.js';
import type { Random } from '../core/random.js';
import { StatusBackoff } from './status-backoff.js';

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

// What concerns all connections changes the statuses of thousands, and events share the line to the server.
const AT_ONCE = 8;

/**
 * Brings statuses to the server, a few at a time, each change once. A trouble must have lasted for `settleMs` before it is
 * shown as one, so that what a renewal mends by itself alarms nobody; good news and anything on request go out at once.
 */
export class StatusPublisher {
  readonly #shown = new Map<string, Shown>();
  readonly #push: PushStatus;
  readonly #refresh: RefreshStatus;
  readonly #clock: Clock;
  readonly #background: Background;
  readonly #settleMs: number;
  readonly #backoff: StatusBackoff;
  readonly #ended: (connectionId: string) => void;
  readonly #onTheWay = new Set<Promise<void>>();
  /** Connections whose changes wait until others have ended. */
  readonly #waiting = new Set<string>();
  #stopped = false;

  constructor(options: {
    push: PushStatus;
    refresh: RefreshStatus;
    clock: Clock;
    background: Background;
    random: Random;
    settleMs: number;
    /** After a failure; one for all connections while the server is away. */
    retry: Backoff;
    log: Log;
    /** Called when a change has ended, whatever came of it, or may begin now: what waits for that may go on. */
    ended: (connectionId: string) => void;
  }) {
    this.#push = options.push;
    this.#refresh = options.refresh;
    this.#clock = options.clock;
    this.#background = options.background;
    this.#settleMs = options.settleMs;
    this.#backoff = new StatusBackoff(options);
    this.#ended = options.ended;
  }

  /** Notes what the server was just seen to hold. Answers whether that is news. */
  listed(connectionId: string, stored: Status): boolean {
    const shown = this.#shown.get(connectionId);
    if (shown?.pushing === true) return false;
    const replaced = shown !== undefined && shown.pushed !== undefined && !same(shown.pushed, stored);
    if (shown !== undefined && same(shown.stored, stored) && shown.replaced === replaced) return false;
    this.#shown.set(connectionId, {
      pending: undefined,
      pushed: undefined,
      ...shown,
      stored,
      pushing: false,
      replaced,
    });
    return true;
  }

  /** Whether the server holds another status than the one brought to it: it put its own back, or someone else did. */
  overwritten(connectionId: string, stored: Status): boolean {
    const pushed = this.#shown.get(connectionId)?.pushed;
    return pushed !== undefined && !same(pushed, stored);
  }

  /** Whether the server was last seen to hold another status. */
  isNews(connectionId: string, stored: Status): boolean {
    const shown = this.#shown.get(connectionId);
    return shown !== undefined && !same(shown.stored, stored);
  }

  /**
   * Notes what is true, and brings it to the server when that is due. Answers in how many milliseconds it is to be called
   * again although nothing has changed; Infinity for when a change has ended, undefined for not at all.
   */
  update(connectionId: string, actual: Status): number | undefined {
    const again = this.#update(connectionId, actual);
    // One that waited, and begins nothing after all, leaves its place to the next.
    if (this.#onTheWay.size < AT_ONCE) this.#letNext();
    return again;
  }

  #update(connectionId: string, actual: Status): number | undefined {
    const shown = this.#shown.get(connectionId);
    if (shown === undefined) return undefined;
    if (shown.pushing) return Infinity;
    if (same(shown.stored, actual)) {
      this.#shown.set(connectionId, { ...shown, pending: undefined, pushed: actual });
      return undefined;
    }
    const now = this.#clock.monotonic();
    const since =
      shown.pending !== undefined && same(shown.pending.status, actual) ? shown.pending.since : now;
    this.#shown.set(connectionId, { ...shown, pending: { status: actual, since } });
    const worse = actual.code === 'error' || actual.code === 'warning';
    // Nothing new when the server put its own status over one that had been shown before.
    const shownBefore = shown.replaced && shown.pushed !== undefined && same(shown.pushed, actual);
    const settlesIn = since + this.#settleMs - now;
    return worse && !shownBefore && settlesIn > 0 ? settlesIn : this.#send(connectionId, actual);
  }

  /**
   * Notes that a connection is not ours (any more). Had a status been brought to it, the server is asked for its own,
   * whatever it was seen to hold: ours may have arrived after its own, and after it was last looked at. Answers as `update`.
   */
  takeBack(connectionId: string): number | undefined {
    const shown = this.#shown.get(connectionId);
    if (shown?.pushing === true) return Infinity;
    if (shown?.pushed === undefined) return undefined;
    return this.#change(connectionId, async () => {
      const stored = await this.#refresh(connectionId);
      return { stored, pushed: undefined, pending: undefined, pushing: false, replaced: false };
    });
  }

  /** Forgets a connection that is gone. */
  forget(connectionId: string): void {
    this.#shown.delete(connectionId);
    this.#backoff.forget(connectionId);
  }

  /** Brings nothing more: what is shown at a stop must stay. Resolves when nothing is on its way any more. */
  async stop(): Promise<void> {
    this.#stopped = true;
    await Promise.all(this.#onTheWay);
  }

  #send(connectionId: string, status: Status): number | undefined {
    return this.#change(connectionId, async () => {
      await this.#push(connectionId, status);
      return { stored: status, pushed: status, pending: undefined, pushing: false, replaced: false };
    });
  }

  /**
   * Runs one change of what the server holds; what it failed to change is left for the next occasion. Answers in how many
   * milliseconds that is.
   */
  #change(connectionId: string, work: () => Promise<Shown>): number | undefined {
    const before = this.#shown.get(connectionId);
    if (before === undefined || this.#stopped) return undefined;
    if (this.#onTheWay.size >= AT_ONCE) {
      this.#waiting.add(connectionId);
      return undefined;
    }
    this.#waiting.delete(connectionId);
    const wait = this.#backoff.begin(connectionId);
    if (wait > 0) return wait;
    this.#shown.set(connectionId, { ...before, pushing: true });
    const changing = this.#changed(connectionId, before, work);
    this.#onTheWay.add(changing);
    this.#background.run(`change the status of ${connectionId}`, async () => {
      await changing;
      this.#onTheWay.delete(changing);
      this.#ended(connectionId);
      this.#letNext();
    });
    return Infinity;
  }

  #letNext(): void {
    for (const id of this.#waiting) {
      this.#waiting.delete(id);
      if (!this.#shown.has(id)) continue;
      this.#ended(id);
      return;
    }
  }

  async #changed(connectionId: string, before: Shown, work: () => Promise<Shown>): Promise<void> {
    let after: Shown = { ...before, pushing: false };
    try {
      after = await work();
      this.#backoff.succeeded(connectionId);
    } catch (error) {
      if (!this.#stopped) this.#backoff.failed(connectionId, error);
    } finally {
      if (this.#shown.has(connectionId)) this.#shown.set(connectionId, after);
    }
  }
}

function same(left: Status, right: Status): boolean {
  return left.code === right.code && left.message === right.message;
}
