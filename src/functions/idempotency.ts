import { createHash } from 'node:crypto';
import type { Clock } from '../core/clock.js';
import type { JsonObject } from '../core/json.js';
import type { SlackOutcome } from './slack-call.js';

/** A call that changes something, as told apart from others. */
interface ChangingCall {
  readonly connectionId: string;
  /** Of the method or function. */
  readonly name: string;
  /** Tokens and contents among them: only a digest of all this is kept. */
  readonly args: JsonObject;
  readonly signal: AbortSignal;
}

export type RunOnce = (
  call: ChangingCall,
  work: (id: string) => Promise<SlackOutcome>,
) => Promise<SlackOutcome>;

/**
 * Does a call unless it is the repetition of one whose caller went away: then that one's outcome is the answer, if it is
 * known, and else it is done again under the same id. `newId` makes UUIDs.
 */
export function createRunOnce(options: { readonly clock: Clock; readonly newId: () => string }): RunOnce {
  const repeats = new Repeats<SlackOutcome>(options.clock);
  return async ({ connectionId, name, args, signal }, work) => {
    const key = createHash('sha256')
      .update(JSON.stringify([connectionId, name, args]))
      .digest('base64');
    const earlier = repeats.take(key);
    const known = await earlier?.outcome;
    if (known !== undefined && (known.t === 'done' || known.sure)) return known;
    const id = earlier?.id ?? options.newId();
    const outcome = work(id);
    repeats.watch(key, id, outcome, signal);
    return outcome;
  };
}

/** A call that is under way or was given up by its caller. */
interface Abandoned<Outcome> {
  readonly id: string;
  readonly outcome: Promise<Outcome>;
  readonly since: number;
}

/** A server repeats a call soon after its worker died: activities that send no sign of life end after 20 s. */
const REMEMBERED_FOR_MS = 10 * 60_000;
/** As many callers may vanish within that time as anyone can imagine; the oldest are forgotten first. */
const MOST = 1_000;

/**
 * Calls whose caller went away before the outcome. The server makes such a call again, without saying so; what is the
 * same in every part and comes soon after is taken for that repetition, once.
 */
class Repeats<Outcome> {
  readonly #abandoned = new Map<string, Abandoned<Outcome>>();
  readonly #clock: Clock;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** The call that `key` repeats, if one was abandoned; it is forgotten with that. */
  take(key: string): { readonly id: string; readonly outcome: Promise<Outcome> } | undefined {
    const found = this.#abandoned.get(key);
    this.#abandoned.delete(key);
    return found !== undefined && this.#clock.monotonic() - found.since < REMEMBERED_FOR_MS
      ? found
      : undefined;
  }

  /** Remembers a call if its caller goes away before `outcome`; `id` is the one that Slack knows it by. */
  watch(key: string, id: string, outcome: Promise<Outcome>, signal: AbortSignal): void {
    const onAbort = (): void => {
      this.#abandoned.delete(key);
      this.#abandoned.set(key, { id, outcome, since: this.#clock.monotonic() });
      for (const oldest of this.#abandoned.keys()) {
        if (this.#abandoned.size <= MOST) break;
        this.#abandoned.delete(oldest);
      }
    };
    if (signal.aborted) onAbort();
    else signal.addEventListener('abort', onAbort, { once: true });
    const done = (): void => signal.removeEventListener('abort', onAbort);
    outcome.then(done, done);
  }
}
