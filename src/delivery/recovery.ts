import { sleep, type Clock } from '../core/clock.js';
import type { Membership } from '../storage/cluster.js';
import type { Journal } from '../storage/journal.js';
import type { JournalRow } from '../storage/rows.js';
import type { Backlog } from './backlog.js';
import type { Dispatcher } from './dispatcher.js';
import type { JournalHealth } from './journal-health.js';
import type { DeliveryLimits } from './limits.js';
import type { Settler } from './settler.js';

// A crash leaves no more in flight than were dispatched at once; a few crashes in a row a little more.
const ROWS_AT_ONCE = 64;

interface RecoveryPorts {
  readonly journal: Journal;
  readonly membership: Membership;
  readonly owner: string;
  readonly clock: Clock;
  readonly now: () => number;
  readonly limits: DeliveryLimits;
  readonly health: JournalHealth;
  readonly backlog: Backlog;
  readonly settler: Settler;
  readonly dispatcher: Dispatcher;
}

/** Finds what processes that are gone were dispatching, and puts it back. */
export class Recovery {
  readonly #ports: RecoveryPorts;
  /** Another process was found to be gone since the last look at what is left. */
  #isDue = false;
  #wake: () => void = () => undefined;
  /** Taken over, and not yet given back. */
  #left: JournalRow[] = [];

  constructor(ports: RecoveryPorts) {
    this.#ports = ports;
    ports.membership.fenced.subscribe(() => {
      this.#isDue = true;
      this.#wake();
    });
  }

  /** What somebody who is gone was dispatching is ours from here on, also if this rejects half-way. */
  async takeOver(): Promise<void> {
    const { journal, owner, now, limits } = this.#ports;
    for (;;) {
      const some = await journal.takeOver(owner, now() + limits.retry.maxMs, ROWS_AT_ONCE);
      if (some.length === 0) return;
      this.#left.push(...some);
    }
  }

  /** Nobody knows how those dispatches ended: the rows wait in their conversations, at the front, to be looked up. */
  giveBack(): void {
    const time = this.#ports.now();
    for (const row of this.#left.splice(0))
      this.#ports.settler.add(row, { t: 'deferred', id: row.id, nextAt: time, unansweredAt: time });
  }

  /**
   * Goes on taking over what processes that are gone left in flight, at once when one was found to be gone, looks for what waits
   * in the journal whoever wrote it, and counts it, until `signal` aborts; then it rejects.
   */
  async watchOthers(signal: AbortSignal): Promise<void> {
    const { journal, clock, limits, health, dispatcher, backlog } = this.#ports;
    let countAt = clock.monotonic() + limits.recountMs;
    for (;;) {
      await this.#pause(signal);
      try {
        await this.takeOver();
        dispatcher.reload();
        if (clock.monotonic() >= countAt) {
          backlog.load((await journal.stats()).sources);
          countAt = clock.monotonic() + limits.recountMs;
        }
      } catch (error) {
        signal.throwIfAborted();
        health.failed(error);
      }
      this.giveBack();
    }
  }

  /** Rejects when `signal` aborts. */
  async #pause(signal: AbortSignal): Promise<void> {
    const { clock, limits } = this.#ports;
    const end = new AbortController();
    this.#wake = () => end.abort();
    signal.addEventListener('abort', this.#wake, { once: true });
    if (!this.#isDue) await sleep(clock, limits.sharedMs, end.signal).catch(() => undefined);
    signal.removeEventListener('abort', this.#wake);
    this.#isDue = false;
    signal.throwIfAborted();
  }
}
