import type { Clock, Timer } from '../core/clock.js';
import type { Log } from '../core/log.js';

/** How many questions go out. */
export interface QuestionLimits {
  readonly atATime: number;
  /** So many one after the other, ... */
  readonly burst: number;
  /** ... then one in so many milliseconds. */
  readonly everyMs: number;
}

/** Lets questions go out in the order of asking, so many at a time and so many in a time. */
export class QuestionQueue {
  readonly #clock: Clock;
  readonly #limits: QuestionLimits;
  /** Those that wait, by name, oldest first; told whether it is their turn, or whether they are not wanted any more. */
  readonly #waiting = new Map<string, (isTurn: boolean) => void>();
  /** The same for those that somebody waits for. */
  readonly #awaited = new Map<string, (isTurn: boolean) => void>();
  #underWay = 0;
  #permits: number;
  /** Monotonic time up to which permits have been added. */
  #filledAt: number;
  #timer: Timer | undefined;

  constructor(clock: Clock, limits: QuestionLimits) {
    this.#clock = clock;
    this.#limits = limits;
    this.#permits = limits.burst;
    this.#filledAt = clock.monotonic();
  }

  /** Asks when it is this question's turn; nothing if it was dropped before. No two that wait have one name. */
  async ask<Answer>(name: string, question: () => Promise<Answer>): Promise<Answer | undefined> {
    const isTurn = await new Promise<boolean>((resolve) => {
      this.#waiting.set(name, resolve);
      this.#next();
    });
    if (!isTurn) return undefined;
    try {
      return await question();
    } finally {
      this.#underWay -= 1;
      this.#next();
    }
  }

  /** Somebody waits for the answer: the question goes before those of which that is not so. */
  hasten(name: string): void {
    const waiting = this.#waiting.get(name);
    if (waiting === undefined) return;
    this.#waiting.delete(name);
    this.#awaited.set(name, waiting);
  }

  /** Drops every question that waits, but for these names. */
  retain(names: ReadonlySet<string>): void {
    for (const waiting of [this.#awaited, this.#waiting])
      for (const [name, resolve] of waiting) {
        if (names.has(name)) continue;
        waiting.delete(name);
        resolve(false);
      }
    if (this.#awaited.size + this.#waiting.size === 0) this.#timer?.cancel();
  }

  #next(): void {
    this.#timer?.cancel();
    const { atATime, burst, everyMs } = this.#limits;
    const now = this.#clock.monotonic();
    const earned = Math.floor((now - this.#filledAt) / everyMs);
    this.#permits = Math.min(burst, this.#permits + earned);
    this.#filledAt = this.#permits === burst ? now : this.#filledAt + earned * everyMs;
    while (this.#underWay < atATime && this.#permits > 0) {
      const resolve = first(this.#awaited) ?? first(this.#waiting);
      if (resolve === undefined) return;
      this.#permits -= 1;
      this.#underWay += 1;
      resolve(true);
    }
    if (this.#underWay < atATime && this.#awaited.size + this.#waiting.size > 0)
      this.#timer = this.#clock.setTimer(this.#filledAt + everyMs - now, () => this.#next());
  }
}

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

/** Takes the oldest out. */
function first<Value>(map: Map<string, Value>): Value | undefined {
  for (const [name, value] of map) {
    map.delete(name);
    return value;
  }
  return undefined;
}
