import type { Clock } from '../../core/clock.js';

/** What Slack says of a bot token. */
export type Identity =
  /** Not asked yet, or Slack did not answer: nothing is held against the connection. */
  | { readonly t: 'unknown' }
  | {
      readonly t: 'known';
      readonly appId: string;
      readonly installIds: string;
      readonly teamName: string;
      readonly botName: string;
    }
  /** Slack refused the token; `error` is Slack's word for it. */
  | { readonly t: 'refused'; readonly error: string; readonly advice: string };

/** The part of Slack's Web API that tells who a token is. */
export interface IdentitySource {
  identify(botToken: string): Promise<Identity>;
}

// A token that Slack accepted is asked about again after this long at most; revocations are also announced by events.
const FRESH_MS = 10 * 60_000;
// When Slack could not be asked, soon again, but not at every reconcile.
const RETRY_MS = 15_000;

/** Remembers what Slack said of each bot token, so that a reconcile asks only now and then. */
export class IdentityCache {
  readonly #source: IdentitySource;
  readonly #clock: Clock;
  readonly #known = new Map<string, { identity: Identity; until: number }>();
  readonly #asking = new Map<string, Promise<Identity>>();

  constructor(source: IdentitySource, clock: Clock) {
    this.#source = source;
    this.#clock = clock;
  }

  /** The last answer, however old. */
  last(botToken: string): Identity {
    return this.#known.get(botToken)?.identity ?? { t: 'unknown' };
  }

  /** A fresh enough answer; asks Slack otherwise, one question for all who ask meanwhile. */
  async get(botToken: string): Promise<Identity> {
    const known = this.#known.get(botToken);
    if (known !== undefined && known.until > this.#clock.monotonic()) return known.identity;
    const asking = this.#asking.get(botToken) ?? this.#ask(botToken);
    return asking;
  }

  /** Asks again the next time: Slack announced a change. */
  doubt(botToken: string): void {
    const known = this.#known.get(botToken);
    if (known !== undefined) this.#known.set(botToken, { ...known, until: 0 });
  }

  /** Forgets every token but these. */
  retain(botTokens: ReadonlySet<string>): void {
    for (const token of this.#known.keys()) if (!botTokens.has(token)) this.#known.delete(token);
  }

  #ask(botToken: string): Promise<Identity> {
    const asking = this.#source
      .identify(botToken)
      .then((identity) => this.#note(botToken, identity))
      .finally(() => this.#asking.delete(botToken));
    this.#asking.set(botToken, asking);
    return asking;
  }

  #note(botToken: string, fresh: Identity): Identity {
    // Slack being out of reach says nothing new of the token.
    const identity = fresh.t === 'unknown' ? this.last(botToken) : fresh;
    const wait = fresh.t === 'unknown' ? RETRY_MS : FRESH_MS;
    this.#known.set(botToken, { identity, until: this.#clock.monotonic() + wait });
    return identity;
  }
}
