import { sleep, type Clock } from '../core/clock.js';
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
  /** Taken over, and not yet given back. */
  #left: JournalRow[] = [];

  constructor(ports: RecoveryPorts) {
    this.#ports = ports;
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
   * Goes on taking over what processes that are gone left in flight, looks for what waits in the journal whoever wrote it, and
   * counts it, until `signal` aborts; then it rejects.
   */
  async watchOthers(signal: AbortSignal): Promise<void> {
    const { journal, clock, limits, health, dispatcher, backlog } = this.#ports;
    let countAt = clock.monotonic() + limits.recountMs;
    for (;;) {
      await sleep(clock, limits.sharedMs, signal);
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
}
