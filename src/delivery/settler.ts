import type { Clock, Timer } from '../core/clock.js';
import type { Journal, Settlement } from '../storage/journal.js';
import type { JournalHealth } from './journal-health.js';

export interface SettlerPorts {
  readonly journal: Journal;
  readonly owner: string;
  readonly clock: Clock;
  readonly now: () => number;
  readonly health: JournalHealth;
  readonly retryMs: number;
  /** Called when settlements that had to wait for the journal are written. */
  readonly unstuck: () => void;
}

/** Writes how dispatches ended, many at a time; keeps what could not be written until it can. */
export class Settler {
  readonly #ports: SettlerPorts;
  #outbox: Settlement[] = [];
  #stuck: Settlement[] = [];
  #timer: Timer | undefined;
  #writing = new Set<Promise<void>>();

  constructor(ports: SettlerPorts) {
    this.#ports = ports;
  }

  /** Whether the journal refused settlements: then their lanes are held, and nothing new should be claimed. */
  get isStuck(): boolean {
    return this.#stuck.length > 0;
  }

  add(settlement: Settlement): void {
    this.#outbox.push(settlement);
  }

  /** Sends what has come together; a claim that is asked for afterwards sees its effect. */
  flush(): void {
    if (this.#outbox.length === 0) return;
    const settlements = this.#outbox;
    this.#outbox = [];
    this.#write(settlements);
  }

  /** Tries once more to write everything, and waits for it. What fails is looked up after the next start. */
  async close(): Promise<void> {
    this.#timer?.cancel();
    this.#outbox.push(...this.#stuck);
    this.#stuck = [];
    this.flush();
    await Promise.all(this.#writing);
    this.#timer?.cancel();
  }

  #write(settlements: Settlement[]): void {
    const { journal, owner, now, health } = this.#ports;
    const writing: Promise<void> = journal
      .settle(owner, now(), settlements)
      .then(
        () => this.#written(),
        (error: unknown) => {
          health.failed(error);
          this.#keep(settlements);
        },
      )
      .finally(() => this.#writing.delete(writing));
    this.#writing.add(writing);
  }

  #written(): void {
    if (this.#stuck.length === 0 && this.#timer !== undefined) {
      this.#timer = undefined;
      this.#ports.unstuck();
    }
  }

  #keep(settlements: readonly Settlement[]): void {
    this.#stuck.push(...settlements);
    this.#timer?.cancel();
    this.#timer = this.#ports.clock.setTimer(this.#ports.retryMs, () => {
      const again = this.#stuck;
      this.#stuck = [];
      this.#write(again);
    });
  }
}
