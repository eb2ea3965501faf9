import type { Channel } from '../core/channel.js';
import type { Clock, Timer } from '../core/clock.js';
import { PluginError } from '../core/errors.js';
import type { Health } from '../core/health.js';
import type { Journal } from '../storage/journal.js';
import type { DeliveryEvent } from './events.js';

type State =
  /** The last write went through. Ends with one that does not. */
  | { readonly t: 'writable' }
  /** A write failed; a probe goes out every while. Ends with an append or a probe that goes through. */
  | { readonly t: 'failing'; readonly error: PluginError; readonly timer: Timer };

// Reasons with a number in them could be another one each time.
const MOST_TOLD = 10;

/** Whether the journal can be written; asks it when it could not. */
export class JournalHealth {
  #state: State = { t: 'writable' };
  #closed = false;
  /** The reasons that were told since it failed. */
  readonly #told = new Set<string>();

  constructor(
    private readonly journal: Journal,
    private readonly clock: Clock,
    private readonly events: Channel<DeliveryEvent>,
    private readonly health: Health,
    private readonly retryMs: number,
  ) {}

  /** Why it cannot be written, if so. */
  get failing(): string | undefined {
    return this.#state.t === 'failing' ? this.#state.error.message : undefined;
  }

  failed(cause: unknown): PluginError {
    const error = PluginError.from(cause, 'journal_unavailable');
    if (this.#closed || error.code === 'stopped') return error;
    if (this.#state.t === 'failing') this.#state.timer.cancel();
    this.#tell(error);
    this.#enter({ t: 'failing', error, timer: this.clock.setTimer(this.retryMs, () => this.#probe()) });
    return error;
  }

  /** An append or a probe went through. */
  succeeded(): void {
    if (this.#state.t === 'writable') return;
    this.#state.timer.cancel();
    this.#told.clear();
    this.#enter({ t: 'writable' });
    this.events.emit({ t: 'journal_writable' });
  }

  /** Each reason once while it fails: what is wrong in the end is seldom what was seen first. */
  #tell({ code, message }: PluginError): void {
    if (this.#told.has(message) || this.#told.size >= MOST_TOLD) return;
    this.#told.add(message);
    this.events.emit({ t: 'journal_failing', code, reason: message });
  }

  close(): void {
    this.#closed = true;
    if (this.#state.t === 'failing') this.#state.timer.cancel();
  }

  #enter(state: State): void {
    this.#state = state;
    const { failing } = this;
    const problem = `Events are not accepted, because the journal cannot be written: ${failing}`;
    this.health.set('journal', failing === undefined ? [] : [problem]);
  }

  #probe(): void {
    this.journal.probe(this.clock.now()).then(
      () => this.succeeded(),
      (error: unknown) => this.failed(error),
    );
  }
}
