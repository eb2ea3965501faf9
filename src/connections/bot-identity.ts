import { backoffDelay } from '../core/backoff.js';
import type { Clock } from '../core/clock.js';
import { inTurns } from '../core/in-turns.js';
import type { Background } from '../core/lifecycle.js';
import type { Log } from '../core/log.js';
import type { Random } from '../core/random.js';
import type { LivePolicy } from './policy.js';
import { FailedQuestions, QuestionQueue } from './questions.js';
import type { TokenMemory } from './token-memory.js';
import type { BotOwner, BotVerdict } from './whose-bot.js';

/** What is known of a bot token. */
export type BotTokenState =
  /** Slack has not answered yet; `failure` says why, if it was asked. Nothing is held against the connection. */
  | { readonly t: 'unknown'; readonly failure?: string }
  /** Slack said whose it is: since the start (`isConfirmed`), or before. `failure` says why it did not say so again. */
  | {
      readonly t: 'known';
      readonly owner: BotOwner;
      /** Absent where it is not known, because only ids are remembered. */
      readonly teamName?: string;
      readonly isConfirmed: boolean;
      readonly failure?: string;
    }
  /** Slack refused the token; `error` is Slack's word for it, `was` whose it was before, if that is known. */
  | {
      readonly t: 'refused';
      readonly error: string;
      readonly was?: BotOwner;
    };

/** Of a token that Slack was not asked about. The same object each time, because it is compared often. */
export const UNKNOWN: BotTokenState = { t: 'unknown' };

/** Asks Slack whose a bot token is. Never rejects. */
export type AskSlack = (botToken: string, signal: AbortSignal) => Promise<BotVerdict>;

export interface IdentityCacheOptions {
  readonly ask: AskSlack;
  readonly memory: TokenMemory;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly policy: Pick<LivePolicy, 'identityMs' | 'identityRetryMs' | 'knownTokens' | 'newTokens'>;
  readonly background: Background;
  /** Called with a token of which something else is known. */
  readonly noted: (botToken: string) => void;
  /** Ends questions that are under way; they leave what is known as it is. */
  readonly signal: AbortSignal;
}

interface Known {
  readonly state: BotTokenState;
  /** Monotonic time until which Slack is not asked again. */
  readonly until: number;
  /** Questions in a row that Slack did not answer. */
  readonly failures: number;
}

// Between two questions that Slack does not answer there is at most so many times identityRetryMs.
const SLOWEST = 12;

// Some tenths of a microsecond each.
const LOOKED_A_TURN = 2_000;

/** Knows what Slack said of each bot token, so that a reconcile asks only now and then, and a start not first. */
export class IdentityCache {
  readonly #options: IdentityCacheOptions;
  readonly #known = new Map<string, Known>();
  readonly #asking = new Map<string, Promise<void>>();
  readonly #failed: FailedQuestions;
  /** Tokens of which Slack has said whose they are do not wait for those that anybody may have made up. */
  readonly #queues: { readonly known: QuestionQueue; readonly others: QuestionQueue };
  #answeredAt: number | undefined;

  constructor(options: IdentityCacheOptions) {
    this.#options = options;
    this.#failed = new FailedQuestions(options.log);
    const { clock, policy } = options;
    this.#queues = {
      known: new QuestionQueue(clock, policy.knownTokens),
      others: new QuestionQueue(clock, policy.newTokens),
    };
  }

  /** When Slack has first answered about any bot token since the start, on the monotonic clock. An outage is no answer. */
  get answeredAt(): number | undefined {
    return this.#answeredAt;
  }

  /** What is known, however old; asks nobody. */
  last(botToken: string): BotTokenState {
    const known = this.#known.get(botToken);
    if (known !== undefined) return known.state;
    const owner = this.#options.memory.get(botToken);
    return owner === undefined ? UNKNOWN : { t: 'known', owner, isConfirmed: false };
  }

  /** Whether Slack has said lately whose the token is. */
  isFresh(botToken: string): boolean {
    const known = this.#known.get(botToken);
    return known !== undefined && known.until > this.#options.clock.monotonic();
  }

  /**
   * Resolves when the answer is fresh enough; asks Slack if it is not, one question for all who ask meanwhile. Where a
   * person waits, before the questions for which nobody does.
   */
  async fresh(botToken: string, isPersonWaiting: boolean): Promise<void> {
    if (this.isFresh(botToken)) return;
    const asking = this.#asking.get(botToken) ?? this.#ask(botToken);
    if (isPersonWaiting) for (const queue of Object.values(this.#queues)) queue.hasten(botToken);
    await asking;
  }

  /** Asks Slack about the token sooner or later, unless it said something lately. */
  refresh(botToken: string): void {
    if (this.isFresh(botToken) || this.#asking.has(botToken)) return;
    this.#options.background.run('verifying a bot token with Slack', () => this.#ask(botToken));
  }

  /** Slack said whose a token is when somebody else asked. */
  learn(botToken: string, owner: BotOwner, teamName: string): void {
    this.#note(botToken, { t: 'known', owner, teamName });
  }

  /** Asks again the next time: Slack announced a change. */
  invalidate(botToken: string): void {
    const known = this.#known.get(botToken);
    if (known !== undefined) this.#known.set(botToken, { ...known, until: 0 });
  }

  /** Drops every token but these. */
  async retain(botTokens: ReadonlySet<string>): Promise<void> {
    await inTurns(this.#known.keys(), LOOKED_A_TURN, (token) => {
      if (botTokens.has(token)) return;
      this.#known.delete(token);
      this.#failed.ended(token);
    });
    for (const queue of Object.values(this.#queues)) queue.retain(botTokens);
  }

  /** Asks nothing more. */
  stop(): void {
    for (const queue of Object.values(this.#queues)) queue.retain(new Set());
  }

  #ask(botToken: string): Promise<void> {
    const { ask, signal } = this.#options;
    const last = this.last(botToken);
    const isKnown = last.t === 'known' || (last.t === 'refused' && last.was !== undefined);
    const queue = isKnown ? this.#queues.known : this.#queues.others;
    const asking = queue
      .ask(botToken, () => ask(botToken, signal))
      // A question that nobody needs any more, or that our own stop ended, says nothing.
      .then((verdict) => verdict !== undefined && !signal.aborted && this.#note(botToken, verdict))
      .then(() => void this.#asking.delete(botToken));
    this.#asking.set(botToken, asking);
    return asking;
  }

  #note(botToken: string, verdict: BotVerdict): void {
    const { clock, random, policy, memory, noted } = this.#options;
    if (verdict.t !== 'unanswered' || !verdict.isOutage) this.#answeredAt ??= clock.monotonic();
    const state = after(this.last(botToken), verdict);
    const isAnswered = verdict.t !== 'unanswered';
    const failures = isAnswered ? 0 : (this.#known.get(botToken)?.failures ?? 0) + 1;
    const retry = { firstMs: policy.identityRetryMs, factor: 2, maxMs: SLOWEST * policy.identityRetryMs };
    const wait = isAnswered ? policy.identityMs : backoffDelay(retry, failures, random);
    this.#known.set(botToken, { state, failures, until: clock.monotonic() + wait });
    if (verdict.t === 'unanswered') this.#failed.failed(botToken, verdict.reason);
    else this.#failed.ended(botToken);
    if (verdict.t === 'known') memory.rememberBot(botToken, verdict.owner);
    if (verdict.t === 'refused') memory.forget(botToken);
    noted(botToken);
  }
}

function after(last: BotTokenState, verdict: BotVerdict): BotTokenState {
  switch (verdict.t) {
    case 'known':
      return { ...verdict, isConfirmed: true };
    case 'refused': {
      const was = last.t === 'known' ? last.owner : last.t === 'refused' ? last.was : undefined;
      return { ...verdict, ...(was === undefined ? {} : { was }) };
    }
    // Slack being out of reach says nothing new of the token.
    case 'unanswered':
      return last.t === 'refused' ? last : { ...last, failure: verdict.reason };
  }
}
