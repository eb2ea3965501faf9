import type { Clock, Timer } from '../core/clock.js';
import { Background } from '../core/lifecycle.js';
import type { Journal, ReadyLane, Settled, Settlement } from '../storage/journal.js';
import type { HeldRow } from './arrival.js';
import type { JournalHealth } from './journal-health.js';
import { warnOfFailure } from './events.js';

// So long a settlement waits for something else to be written, because waking the journal's thread costs more than most of
// what it is asked.
const SHARE_MS = 3;

export interface SettlerPorts {
  readonly journal: Journal;
  readonly owner: string;
  readonly clock: Clock;
  readonly now: () => number;
  readonly health: JournalHealth;
  readonly retryMs: number;
  /** Told of each lane that has rows left, which nobody holds any more. */
  readonly left: (ready: ReadyLane) => void;
  /** Told of each settlement that was written. */
  readonly written: (row: HeldRow, settlement: Settlement) => void;
  /** Called when settlements that had to wait for the journal are written. */
  readonly unstuck: () => void;
}

interface Ended {
  readonly row: HeldRow;
  readonly settlement: Settlement;
}

/** Writes how dispatches ended, many at a time; keeps what could not be written until it can. */
export class Settler {
  readonly #ports: SettlerPorts;
  #outbox: Ended[] = [];
  #stuck: Ended[] = [];
  /** Until the outbox is written though nothing else is. */
  #sharing: Timer | undefined;
  /** Until what is stuck is tried again. */
  #retrying: Timer | undefined;
  readonly #work = new Background(warnOfFailure);

  constructor(ports: SettlerPorts) {
    this.#ports = ports;
  }

  /** Whether the journal refused settlements: then their lanes are held, and nothing new should be claimed. */
  get isStuck(): boolean {
    return this.#stuck.length > 0;
  }

  /** Takes how the dispatch of `row` ended; it is written with what is written next, or in a few milliseconds. */
  add(row: HeldRow, settlement: Settlement): void {
    this.#outbox.push({ row, settlement });
    this.#sharing ??= this.#ports.clock.setTimer(SHARE_MS, () => this.flush());
  }

  /** Sends what has come together; what is asked of the journal afterwards sees its effect. */
  flush(): void {
    this.#sharing?.cancel();
    this.#sharing = undefined;
    if (this.#outbox.length === 0) return;
    const ended = this.#outbox;
    this.#outbox = [];
    this.#write(ended);
  }

  /** Tries once more to write everything, and waits for it. What fails is looked up after the next start. */
  async close(): Promise<void> {
    this.#retrying?.cancel();
    this.#outbox.push(...this.#stuck);
    this.#stuck = [];
    this.flush();
    await this.#work.idle();
    this.#retrying?.cancel();
  }

  #write(ended: Ended[]): void {
    const { journal, owner, now, health } = this.#ports;
    const settlements = ended.map(({ row, settlement }) => ({ turn: row.turn, ...settlement }));
    this.#work.run('settle', () =>
      journal.settle(owner, now(), settlements).then(
        (settled) => this.#written(ended, settled),
        (error: unknown) => {
          health.failed(error);
          this.#keep(ended);
        },
      ),
    );
  }

  #written(ended: readonly Ended[], settled: readonly Settled[]): void {
    const { now, left, written, unstuck } = this.#ports;
    ended.forEach(({ row, settlement }, index) => {
      if (settled[index] !== 'gone') written(row, settlement);
      if (settled[index] !== 'more') return;
      const { appId, connectionId, urgent } = row;
      const readyAt = 'nextAt' in settlement ? settlement.nextAt : now();
      left({ appId, connectionId, urgent, readyAt });
    });
    if (this.#stuck.length > 0 || this.#retrying === undefined) return;
    this.#retrying = undefined;
    unstuck();
  }

  #keep(ended: readonly Ended[]): void {
    this.#stuck.push(...ended);
    this.#retrying?.cancel();
    this.#retrying = this.#ports.clock.setTimer(this.#ports.retryMs, () => {
      const again = this.#stuck;
      this.#stuck = [];
      this.#write(again);
    });
  }
}
