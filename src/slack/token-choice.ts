import { backoffDelay, type Backoff } from '../core/backoff.js';
import type { Clock } from '../core/clock.js';
import type { Random } from '../core/random.js';
import { adviceFor } from './slack-errors.js';
import type { AppToken } from './socket.js';
import type { TokenVerdict } from './status.js';

type Known =
  | { readonly t: 'untried' }
  | { readonly t: 'valid' }
  /** `probeAt` on the monotonic clock. */
  | { readonly t: 'refused'; readonly error: string; readonly times: number; readonly probeAt: number };

/** Of the app-level tokens of one app, which one to use: the newest that Slack has not refused. */
export class TokenChoice {
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #probe: Backoff;
  /** Newest first. */
  #tokens: readonly AppToken[] = [];
  readonly #known = new Map<string, Known>();

  constructor(clock: Clock, random: Random, probe: Backoff) {
    this.#clock = clock;
    this.#random = random;
    this.#probe = probe;
  }

  /** Takes the wanted tokens; what is known of those that stay is kept, unless one was saved anew. */
  replace(tokens: readonly AppToken[]): void {
    const before = new Map(this.#tokens.map(({ token, setAt }) => [token, setAt]));
    const newest = new Map<string, number>();
    for (const { token, setAt } of tokens) newest.set(token, Math.max(setAt, newest.get(token) ?? -Infinity));
    this.#tokens = [...newest]
      .map(([token, setAt]) => ({ token, setAt }))
      .sort((a, b) => b.setAt - a.setAt || (a.token < b.token ? -1 : 1));
    for (const token of this.#known.keys()) if (!newest.has(token)) this.#known.delete(token);
    // Saving a refused token again asks for another try.
    for (const [token, setAt] of newest)
      if (setAt > (before.get(token) ?? setAt) && this.#of(token).t === 'refused') this.#known.delete(token);
  }

  /** The newest token that is not refused, or whose next try is due. */
  chosen(): AppToken | undefined {
    const now = this.#clock.monotonic();
    return this.#tokens.find(({ token }) => {
      const known = this.#of(token);
      return known.t !== 'refused' || known.probeAt <= now;
    });
  }

  accept(token: string): void {
    if (this.#wanted(token)) this.#known.set(token, { t: 'valid' });
  }

  /** Slack refused it with `error`; it is tried again later and later. */
  refuse(token: string, error: string): void {
    if (!this.#wanted(token)) return;
    const known = this.#of(token);
    const times = known.t === 'refused' ? known.times + 1 : 1;
    const probeAt = this.#clock.monotonic() + backoffDelay(this.#probe, times, this.#random);
    this.#known.set(token, { t: 'refused', error, times, probeAt });
  }

  /** Monotonic time of the first try of a refused token after `since`; Infinity if there is none. */
  nextProbe(since: number): number {
    const probes = [...this.#known.values()].map((known) =>
      known.t === 'refused' ? known.probeAt : Infinity,
    );
    return Math.min(Infinity, ...probes.filter((at) => at > since));
  }

  /** The refusal of the newest token, if it is refused. */
  refusal(): { readonly error: string; readonly advice: string } | undefined {
    const known = this.#tokens[0] === undefined ? undefined : this.#of(this.#tokens[0].token);
    return known?.t === 'refused' ? { error: known.error, advice: adviceFor(known.error) } : undefined;
  }

  verdicts(): readonly TokenVerdict[] {
    const chosen = this.chosen();
    return this.#tokens.map(({ token, setAt }) => {
      const known = this.#of(token);
      if (known.t === 'refused') {
        const probeAt = this.#clock.now() + Math.max(0, known.probeAt - this.#clock.monotonic());
        return {
          setAt,
          verdict: { t: 'refused', error: known.error, advice: adviceFor(known.error), probeAt },
        };
      }
      return { setAt, verdict: { t: token === chosen?.token ? known.t : 'superseded' } };
    });
  }

  #wanted(token: string): boolean {
    return this.#tokens.some((known) => known.token === token);
  }

  #of(token: string): Known {
    return this.#known.get(token) ?? { t: 'untried' };
  }
}
