import { backoffDelay, type Backoff } from '../core/backoff.js';
import type { Clock } from '../core/clock.js';
import type { Random } from '../core/random.js';
import { adviceFor, type TokenPlace } from './errors.js';
import type { SupersededBy, TokenVerdict } from './status.js';

/** One app-level token of an app. */
export interface AppToken {
  readonly token: string;
  /** When it was saved, milliseconds since 1970; 0 when unknown. */
  readonly setAt: number;
  /** Slack has opened a socket with it before, or said at a save that it would: such tokens go before others. */
  readonly isProven?: boolean;
}

// Times that are the same or unknown are kept apart by milliseconds: so small a difference says nothing.
const CERTAINLY_NEWER_MS = 1_000;

type Known =
  | { readonly t: 'untried' }
  | { readonly t: 'valid' }
  /** `probeAt` on the monotonic clock. */
  | { readonly t: 'refused'; readonly error: string; readonly times: number; readonly probeAt: number };

export interface TokenChoiceOptions {
  readonly place: TokenPlace;
  readonly clock: Clock;
  readonly random: Random;
  /** Between tries of a refused token. */
  readonly probe: Backoff;
  /** Whether the app has all the sockets that it wants, opened with this token. */
  readonly isServed: (token: AppToken) => boolean;
}

/**
 * Of the app-level tokens of one app, which one to use. Those with which Slack has opened a socket go first, whatever
 * the times of saving, and the newest of them; then the others. One that Slack refused is tried again now and then, while
 * the app has all its sockets by another, or has no other.
 */
export class TokenChoice {
  readonly #options: TokenChoiceOptions;
  /** The best first. */
  #tokens: readonly AppToken[] = [];
  readonly #known = new Map<string, Known>();
  /** Tokens that Slack has refused and not accepted since, also those that are to be tried anew. */
  readonly #refused = new Set<string>();

  constructor(options: TokenChoiceOptions) {
    this.#options = options;
  }

  /** Takes the wanted tokens; what is known of those that stay is kept, unless one was saved anew. */
  replace(tokens: readonly AppToken[]): void {
    const before = new Map(this.#tokens.map(({ token, setAt }) => [token, setAt]));
    const newest = new Map<string, AppToken>();
    for (const each of tokens) {
      const other = newest.get(each.token);
      if (other === undefined || other.setAt < each.setAt) newest.set(each.token, each);
    }
    for (const token of before.keys()) {
      if (newest.has(token)) continue;
      this.#known.delete(token);
      this.#refused.delete(token);
    }
    for (const { token, setAt, isProven } of newest.values()) {
      if (this.#of(token).t !== 'refused' || setAt <= (before.get(token) ?? setAt)) continue;
      // Saving a refused token again asks for another try. Only what Slack said at the save makes it as good as others:
      // the time alone is what anybody may have written.
      this.#known.delete(token);
      if (isProven === true) this.#refused.delete(token);
    }
    this.#sort([...newest.values()]);
  }

  /** The best token that Slack has not refused. */
  usable(): AppToken | undefined {
    return this.#tokens.find(({ token }) => !this.#refused.has(token));
  }

  /** The token to open the next socket with: the usable one, or a refused one whose next try is due. */
  chosen(): AppToken | undefined {
    const usable = this.usable();
    if (usable !== undefined && !this.#options.isServed(usable)) return usable;
    return this.#due() ?? usable;
  }

  accept(token: string): void {
    if (!this.#wanted(token)) return;
    this.#known.set(token, { t: 'valid' });
    this.#refused.delete(token);
    this.#sort(this.#tokens);
  }

  /** Slack refused it with `error`; it is tried again later and later. */
  refuse(token: string, error: string): void {
    if (!this.#wanted(token)) return;
    const { clock, probe, random } = this.#options;
    const known = this.#of(token);
    const times = known.t === 'refused' ? known.times + 1 : 1;
    const probeAt = clock.monotonic() + backoffDelay(probe, times, random);
    this.#known.set(token, { t: 'refused', error, times, probeAt });
    this.#refused.add(token);
    this.#sort(this.#tokens);
  }

  /** Whether Slack has refused it and not accepted it since. */
  wasRefused(token: string): boolean {
    return this.#refused.has(token);
  }

  /** A try of a refused token said nothing new of it: the next one is due as if Slack had refused it again. */
  postpone(token: string): void {
    const known = this.#of(token);
    this.refuse(token, known.t === 'refused' ? known.error : 'invalid_auth');
  }

  /** Monotonic time of the first try of a refused token after `since`; Infinity if there is none. */
  nextProbe(since: number): number {
    const probes = [...this.#known.values()].map((known) =>
      known.t === 'refused' ? known.probeAt : Infinity,
    );
    return Math.min(Infinity, ...probes.filter((at) => at > since));
  }

  /** The refusal of the best token that is refused. */
  refusal(): { readonly error: string; readonly advice: string } | undefined {
    for (const { token } of this.#tokens) {
      const known = this.#of(token);
      if (known.t === 'refused')
        return { error: known.error, advice: adviceFor(known.error, this.#options.place) };
    }
    return undefined;
  }

  verdicts(): readonly TokenVerdict[] {
    const { clock } = this.#options;
    const usable = this.usable();
    return this.#newestFirst().map((each) => {
      const { token, setAt } = each;
      const known = this.#of(token);
      if (known.t === 'refused') {
        const probeAt = clock.now() + Math.max(0, known.probeAt - clock.monotonic());
        return {
          setAt,
          verdict: {
            t: 'refused',
            error: known.error,
            advice: adviceFor(known.error, this.#options.place),
            probeAt,
          },
        };
      }
      if (usable === undefined || token === usable.token) return { setAt, verdict: { t: known.t } };
      return { setAt, verdict: { t: 'superseded', by: this.#supersededBy(usable, each) } };
    });
  }

  #supersededBy(used: AppToken, other: AppToken): SupersededBy {
    if (other.setAt > 0 && used.setAt - other.setAt >= CERTAINLY_NEWER_MS) return 'newer';
    return this.#rank(used) < this.#rank(other) ? 'accepted' : 'other';
  }

  #newestFirst(): readonly AppToken[] {
    return this.#tokens.toSorted((a, b) => b.setAt - a.setAt);
  }

  /** The best refused token whose next try is due. */
  #due(): AppToken | undefined {
    const now = this.#options.clock.monotonic();
    return this.#tokens.find(({ token }) => {
      const known = this.#of(token);
      return this.#refused.has(token) && (known.t !== 'refused' || known.probeAt <= now);
    });
  }

  #sort(tokens: readonly AppToken[]): void {
    this.#tokens = [...tokens].sort(
      (a, b) => this.#rank(a) - this.#rank(b) || b.setAt - a.setAt || (a.token < b.token ? -1 : 1),
    );
  }

  #rank({ token, isProven }: AppToken): number {
    return this.#of(token).t === 'valid' || isProven === true ? 0 : 1;
  }

  #wanted(token: string): boolean {
    return this.#tokens.some((known) => known.token === token);
  }

  #of(token: string): Known {
    return this.#known.get(token) ?? { t: 'untried' };
  }
}
