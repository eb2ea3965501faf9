import type { Clock } from '../../core/clock.js';
import type { LivePolicy } from './policy.js';

/** What Slack says of a bot token. */
export type BotTokenState =
  /** Not asked yet, or Slack did not answer: nothing is held against the connection. */
  | { readonly t: 'unknown' }
  | {
      readonly t: 'known';
      readonly appId: string;
      readonly installIds: string;
      readonly teamName: string;
      readonly botName: string;
    }
  /** Slack refused the token; `error` is Slack's word for it, `was` the installation that it was for, if known. */
  | {
      readonly t: 'refused';
      readonly error: string;
      readonly advice: string;
      readonly was?: string | undefined;
    };

/** The part of Slack's Web API that tells who a token is. */
export interface IdentitySource {
  identify(botToken: string, signal: AbortSignal): Promise<BotTokenState>;
}

export interface IdentityCacheOptions {
  readonly source: IdentitySource;
  readonly clock: Clock;
  readonly policy: Pick<LivePolicy, 'identityMs' | 'identityRetryMs'>;
  /** Ends questions that are under way; they leave what is known as it is. */
  readonly signal: AbortSignal;
}

/** Remembers what Slack said of each bot token, so that a reconcile asks only now and then. */
export class IdentityCache {
  readonly #options: IdentityCacheOptions;
  readonly #known = new Map<string, { identity: BotTokenState; until: number }>();
  readonly #asking = new Map<string, Promise<BotTokenState>>();

  constructor(options: IdentityCacheOptions) {
    this.#options = options;
  }

  /** The last answer, however old. */
  last(botToken: string): BotTokenState {
    return this.#known.get(botToken)?.identity ?? { t: 'unknown' };
  }

  /** A fresh enough answer; asks Slack otherwise, one question for all who ask meanwhile. */
  async get(botToken: string): Promise<BotTokenState> {
    const known = this.#known.get(botToken);
    if (known !== undefined && known.until > this.#options.clock.monotonic()) return known.identity;
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

  #ask(botToken: string): Promise<BotTokenState> {
    const { source, signal } = this.#options;
    const asking = source
      .identify(botToken, signal)
      .then((identity) => this.#note(botToken, identity))
      .finally(() => this.#asking.delete(botToken));
    this.#asking.set(botToken, asking);
    return asking;
  }

  #note(botToken: string, fresh: BotTokenState): BotTokenState {
    const { clock, policy } = this.#options;
    const identity = after(this.last(botToken), fresh);
    const wait = fresh.t === 'unknown' ? policy.identityRetryMs : policy.identityMs;
    this.#known.set(botToken, { identity, until: clock.monotonic() + wait });
    return identity;
  }
}

function after(last: BotTokenState, fresh: BotTokenState): BotTokenState {
  // Slack being out of reach says nothing new of the token.
  if (fresh.t === 'unknown') return last;
  if (fresh.t === 'known' || last.t === 'unknown') return fresh;
  return { ...fresh, was: last.t === 'known' ? last.installIds : last.was };
}
