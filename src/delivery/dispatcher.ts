import { Deadlines } from '../core/cancellation.js';
import type { Timer } from '../core/clock.js';
import { Background } from '../core/lifecycle.js';
import type { Claimed, Journal, ReadyLane } from '../storage/journal.js';
import type { Source } from '../storage/rows.js';
import type { Arrivals, HeldRow } from './arrival.js';
import { attempt, LEASE_HAS_ENDED, type AttemptDeadlines, type AttemptPorts } from './attempt.js';
import type { Backlog } from './backlog.js';
import { warnOfFailure } from './events.js';
import type { JournalHealth } from './journal-health.js';
import { Scheduler } from './scheduler.js';
import type { Settler } from './settler.js';
import type { DeliveryShares } from './shares.js';

export interface DispatcherPorts extends AttemptPorts {
  readonly journal: Journal;
  readonly owner: string;
  readonly health: JournalHealth;
  readonly backlog: Backlog;
  readonly arrivals: Arrivals;
  readonly settler: Settler;
  readonly shares: () => DeliveryShares;
  /** Whether this process is to claim rows of an app before others do. */
  readonly isHost: (appId: string) => boolean;
}

type State =
  /** Nothing is claimed. Ends with start(). */
  | 'idle'
  /** Rows are claimed as slots come free. Ends with drain(). */
  | 'running'
  /** Nothing more is claimed; what is under way goes on. Ends when that is done. */
  | 'draining';

/** Claims rows as slots come free, and begins their dispatch; also of rows that were claimed in being written. */
export class Dispatcher {
  readonly #scheduler: Scheduler;
  readonly #ports: DispatcherPorts;
  readonly #deadlines: AttemptDeadlines;
  readonly #unsubscribe: () => void;
  readonly #work = new Background(warnOfFailure);
  #state: State = 'idle';
  #claimed: HeldRow[] = [];
  #isClaiming = false;
  #isScheduled = false;
  /** Until something is ready. */
  #timer: Timer | undefined;
  /** Until the journal, which failed, is asked anew. */
  #reloading: Timer | undefined;

  constructor(ports: DispatcherPorts) {
    this.#ports = ports;
    this.#scheduler = new Scheduler(ports);
    const { clock, membership } = ports;
    this.#deadlines = { lookUps: new Deadlines(clock), dispatches: new Deadlines(clock) };
    this.#unsubscribe = membership.lapsed.subscribe(() =>
      this.#deadlines.dispatches.abortAll(LEASE_HAS_ENDED),
    );
  }

  get inFlight(): number {
    return this.#scheduler.inFlight;
  }

  start(ready: readonly ReadyLane[]): void {
    this.#enter('running');
    this.#notifyAll(ready);
    this.schedule();
  }

  /** A lane of this source may be ready at `readyAt`. */
  notify(ready: ReadyLane): void {
    this.#scheduler.notify(ready);
    this.schedule();
  }

  /** Takes a slot for a row that is about to be written, if one is free; to be followed by begin() or release(). */
  reserve(source: Source, urgent: boolean): boolean {
    const { settler, membership, now } = this.#ports;
    if (this.#state !== 'running' || settler.isStuck || !membership.holdsLease()) return false;
    return this.#scheduler.reserve(source, urgent, now());
  }

  /** The row is written and claimed. */
  begin(row: HeldRow): void {
    this.#accept([row]);
    this.schedule();
  }

  /** The row was not claimed in being written. */
  release(source: Source): void {
    this.#scheduler.free(source);
    this.schedule();
  }

  /** Looks, in this turn of the event loop, for what can be begun and claimed. */
  schedule(): void {
    if (this.#isScheduled || this.#state === 'idle') return;
    this.#isScheduled = true;
    setImmediate(() => {
      this.#isScheduled = false;
      this.#turn();
    });
  }

  /** Asks the journal anew for what is ready, after it could not be reached. */
  reload(): void {
    this.#work.run('reload', async () => {
      try {
        this.#notifyAll(await this.#ports.journal.ready());
        this.schedule();
      } catch (error) {
        this.#reloadLater(error);
      }
    });
  }

  /** Claims nothing more; resolves when what is under way has ended, of itself or by abort(). */
  async drain(): Promise<void> {
    this.#enter('draining');
    this.#timer?.cancel();
    this.#reloading?.cancel();
    this.#giveBack(this.#claimed.splice(0));
    await this.#work.idle();
    this.#unsubscribe();
  }

  /** Ends what is under way; those rows are looked up after the next start, as after a crash. */
  abort(): void {
    this.#deadlines.lookUps.end();
    this.#deadlines.dispatches.end();
  }

  #enter(state: State): void {
    this.#state = state;
  }

  /** What waits in the journal, whoever wrote it: hosts of an app come first. */
  #notifyAll(ready: readonly ReadyLane[]): void {
    const { isHost, limits } = this.#ports;
    for (const { readyAt, ...source } of ready) {
      const waitMs = isHost(source.appId) ? 0 : limits.unhostedMs;
      this.#scheduler.notify({ readyAt: readyAt + waitMs, ...source });
    }
  }

  #turn(): void {
    this.#beginOne();
    if (!this.#isClaiming) this.#claim();
  }

  /** One in a turn, so that acknowledgements need not wait until many events are mapped. */
  #beginOne(): void {
    const row = this.#claimed.shift();
    if (row === undefined) return;
    this.#work.run('dispatch', () => this.#dispatch(row));
    if (this.#claimed.length > 0) this.schedule();
  }

  async #dispatch(row: HeldRow): Promise<void> {
    const settlement = await attempt(row, this.#scheduler.inFlight, this.#ports, this.#deadlines);
    this.#scheduler.free(row);
    this.schedule();
    if (settlement === undefined) return;
    if (settlement.t === 'delivered' || settlement.t === 'dead') this.#ports.backlog.remove(row);
    this.#ports.settler.add(row, settlement);
  }

  #claim(): void {
    const { journal, owner, now, settler, membership } = this.#ports;
    if (this.#state !== 'running' || settler.isStuck || !membership.holdsLease()) return;
    const time = now();
    const requests = this.#scheduler.claimRequests(time);
    if (requests.length === 0) {
      this.#wakeLater(time);
      return;
    }
    this.#isClaiming = true;
    // What is settled goes with it, and frees lanes for it.
    settler.flush();
    this.#work.run('claim', async () => {
      try {
        this.#take(await journal.claim(owner, time, requests));
      } catch (error) {
        this.#reloadLater(error);
      } finally {
        this.#isClaiming = false;
        this.schedule();
      }
    });
  }

  #take({ rows, next }: Claimed): void {
    for (const ready of next) this.#scheduler.notify(ready);
    for (const row of rows) this.#scheduler.take(row);
    this.#accept(rows.map((row) => ({ arrival: this.#ports.arrivals.of(row), ...row })));
  }

  #accept(rows: readonly HeldRow[]): void {
    for (const _ of rows) this.#ports.watch.began();
    if (this.#state === 'running') this.#claimed.push(...rows);
    else this.#giveBack(rows);
  }

  #giveBack(rows: readonly HeldRow[]): void {
    for (const row of rows) {
      this.#scheduler.free(row);
      this.#ports.settler.add(row, { t: 'released', id: row.id });
    }
  }

  /** When nothing can be claimed now: something becomes ready, or the server may be back. */
  #wakeLater(time: number): void {
    this.#timer?.cancel();
    this.#timer = undefined;
    const next = this.#scheduler.nextAfter(time);
    if (next !== undefined) this.#timer = this.#ports.clock.setTimer(next - time, () => this.schedule());
  }

  #reloadLater(error: unknown): void {
    const { health, clock, limits } = this.#ports;
    health.failed(error);
    this.#reloading?.cancel();
    if (this.#state === 'running')
      this.#reloading = clock.setTimer(limits.journalRetryMs, () => this.reload());
  }
}
