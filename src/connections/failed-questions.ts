import type { Log } from '../core/log.js';

/** Tells the log why Slack does not say whose bot tokens are: each reason once, and when it has said so of all. */
export class FailedQuestions {
  readonly #log: Log;
  /** Why Slack did not answer the last time, by token. */
  readonly #reasons = new Map<string, string>();
  /** How many tokens have that reason now. */
  readonly #counts = new Map<string, number>();

  constructor(log: Log) {
    this.#log = log;
  }

  failed(botToken: string, reason: string): void {
    const before = this.#reasons.get(botToken);
    if (before === reason) return;
    if (before !== undefined) this.#uncount(before);
    this.#reasons.set(botToken, reason);
    const others = this.#counts.get(reason) ?? 0;
    this.#counts.set(reason, others + 1);
    if (others === 0) this.#log.warn({ reason }, 'could not verify a bot token with Slack, retrying');
  }

  /** Slack answered, or nobody holds the token any more. */
  ended(botToken: string): void {
    const before = this.#reasons.get(botToken);
    if (before === undefined) return;
    this.#reasons.delete(botToken);
    this.#uncount(before);
    if (this.#reasons.size === 0) this.#log.info('Slack verifies bot tokens again');
  }

  #uncount(reason: string): void {
    const left = (this.#counts.get(reason) ?? 1) - 1;
    if (left === 0) this.#counts.delete(reason);
    else this.#counts.set(reason, left);
  }
}
