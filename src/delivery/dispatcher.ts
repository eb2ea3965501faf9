import { setMaxListeners } from 'node:events';
import type { Timer } from '../core/clock.js';
import { errorMessage } from '../core/errors.js';
import { Background } from '../core/lifecycle.js';
import type { Claimed, Journal, JournalRow, Ready, Settlement, Want } from '../storage/journal.js';
import { attempt, type AttemptPorts } from './attempt.js';
import type { Backlog } from './backlog.js';
import { Feeds } from './feeds.js';
import type { JournalHealth } from './journal-health.js';
import type { Settler } from './settler.js';

export interface DispatcherPorts extends AttemptPorts {
  readonly journal: Journal;
  readonly owner: string;
  readonly health: JournalHealth;
  readonly backlog: Backlog;
  readonly settler: Settler;
}

type State =
  /** Nothing is claimed. Ends with start(). */
  | 'idle'
  /** Rows are claimed as slots come free. Ends with drain(). */
  | 'running'
  /** Nothing more is claimed; what is under way goes on. Ends when that is done. */
  | 'draining';

/** Claims rows as slots come free, and begins their dispatch. */
export class Dispatcher {
  readonly #feeds = new Feeds();
  readonly #ports: DispatcherPorts;
  readonly #abort = new AbortController();
  readonly #work = new Background((name, error) => {
    process.emitWarning(`${name}: ${errorMessage(error)}`, 'DeliveryFailed');
  });
  #state: State = 'idle';
  #claimed: JournalRow[] = [];
  #inFlight = 0;
  #isClaiming = false;
  #isScheduled = false;
  /** Until something is ready. */
  #timer: Timer | undefined;
  /** Until the journal, which failed, is asked anew. */
  #reloading: Timer | undefined;

  constructor(ports: DispatcherPorts) {
    this.#ports = ports;
    // Every dispatch under way listens; Node takes more than ten for a leak.
    setMaxListeners(ports.limits.concurrency + ports.limits.urgentReserve, this.#abort.signal);
  }

  get inFlight(): number {
    return this.#inFlight;
  }

  start(ready: readonly Ready[]): void {
    this.#enter('running');
    for (const each of ready) this.#feeds.hint(each);
    this.schedule();
  }

  /** A lane of this source may be ready at `readyAt`. */
  hint(ready: Ready): void {
    this.#feeds.hint(ready);
    this.schedule();
  }

  /** Looks, in this turn of the event loop, for what can be settled and claimed. */
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
        for (const each of await this.#ports.journal.ready()) this.#feeds.hint(each);
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
  }

  /** Ends what is under way; those rows are looked up after the next start, as after a crash. */
  abort(): void {
    this.#abort.abort();
  }

  #enter(state: State): void {
    this.#state = state;
  }

  #turn(): void {
    this.#beginOne();
    // Settlements go with the next claim: waking the journal's thread costs more than most of what it is asked.
    if (this.#isClaiming) return;
    this.#ports.settler.flush();
    this.#claim();
  }

  /** One in a turn, so that acknowledgements need not wait until many events are mapped. */
  #beginOne(): void {
    const row = this.#claimed.shift();
    if (row === undefined) return;
    this.#work.run('dispatch', () => this.#dispatch(row));
    if (this.#claimed.length > 0) this.schedule();
  }

  async #dispatch(row: JournalRow): Promise<void> {
    const settlement = await attempt(row, this.#inFlight, this.#ports, this.#abort.signal);
    this.#ended(row);
    if (settlement === undefined) return;
    if (settlement.t !== 'retry') this.#ports.backlog.remove(row.appId, row.body);
    this.#settle(row, settlement);
  }

  #settle({ appId, connectionId, urgent }: JournalRow, settlement: Settlement): void {
    const readyAt = settlement.t === 'retry' ? settlement.nextAt : this.#ports.now();
    this.#ports.settler.add(settlement);
    this.hint({ appId, connectionId, urgent, readyAt });
  }

  #claim(): void {
    const { journal, owner, now, settler } = this.#ports;
    if (this.#state !== 'running' || settler.isStuck) return;
    const time = now();
    const wants = this.#wants(time);
    if (wants.length === 0) {
      this.#wakeLater(time);
      return;
    }
    this.#isClaiming = true;
    this.#work.run('claim', async () => {
      try {
        this.#take(await journal.claim(owner, time, wants));
      } catch (error) {
        this.#reloadLater(error);
      } finally {
        this.#isClaiming = false;
        this.schedule();
      }
    });
  }

  /** How many rows of which sources can be begun now; urgent ones may use slots that the others may not. */
  #wants(time: number): Want[] {
    const { limits, watch, concurrency } = this.#ports;
    const free = concurrency.limit - this.#inFlight;
    const urgentSlots = watch.allowed(free + limits.urgentReserve, time);
    if (urgentSlots <= 0) return [];
    const most = limits.perConnection;
    const urgent = this.#feeds.allot(true, urgentSlots, most + limits.urgentReserve, time);
    const given = urgent.reduce((sum, want) => sum + want.limit, 0);
    const left = Math.max(watch.allowed(free, time) - given, 0);
    return [...urgent, ...this.#feeds.allot(false, left, most, time)];
  }

  #take({ rows, next }: Claimed): void {
    for (const ready of next) this.#feeds.hint(ready);
    for (const row of rows) {
      this.#inFlight += 1;
      this.#feeds.started(row);
      this.#ports.watch.began();
    }
    if (this.#state === 'running') this.#claimed.push(...rows);
    else this.#giveBack(rows);
  }

  #giveBack(rows: readonly JournalRow[]): void {
    for (const row of rows) {
      this.#ended(row);
      this.#settle(row, { t: 'released', id: row.id });
    }
  }

  #ended(row: JournalRow): void {
    this.#inFlight -= 1;
    this.#feeds.ended(row);
  }

  /** When nothing can be claimed now: something becomes ready, or the server may be back. */
  #wakeLater(time: number): void {
    const { clock, watch } = this.#ports;
    this.#timer?.cancel();
    this.#timer = undefined;
    const next = this.#feeds.nextReadyAt;
    if (next === undefined) return;
    const wait = Math.max(next, watch.probeAt ?? 0) - time;
    // Without a wait, slots are what is missing: the next dispatch that ends looks again.
    if (wait > 0) this.#timer = clock.setTimer(wait, () => this.schedule());
  }

  #reloadLater(error: unknown): void {
    const { health, clock, limits } = this.#ports;
    health.failed(error);
    this.#reloading?.cancel();
    if (this.#state === 'running')
      this.#reloading = clock.setTimer(limits.journalRetryMs, () => this.reload());
  }
}
