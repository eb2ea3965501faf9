import { backoffDelay, type Backoff } from '../core/backoff.js';
import { sleep, type Clock } from '../core/clock.js';
import type { JsonObject } from '../core/json.js';
import type { Random } from '../core/random.js';
import type { SlackFailure } from '../slack/errors.js';
import type { SlackWebApi } from '../slack/web-api.js';
import type { CallProblem } from './results.js';

/** What one call of a workflow may use. */
export interface CallContext {
  readonly token: string;
  /** Aborts when nobody waits for the outcome any more. */
  readonly signal: AbortSignal;
  /** By `clock.monotonic()`: no waiting past it. */
  readonly deadline: number;
}

/** How one method call ended; `sure` where it is known whether Slack did it. */
export type SlackOutcome =
  | { readonly t: 'done'; readonly response: JsonObject }
  | { readonly t: 'failed'; readonly problem: CallProblem; readonly sure: boolean };

export type CallSlack = (method: string, args: JsonObject, context: CallContext) => Promise<SlackOutcome>;

/** Calls that lost their answer are made again after 0.25 to 0.5 s, then 0.5 to 1 s, ... at most 8 s. */
const LOST_ANSWER: Backoff = { firstMs: 500, factor: 2, maxMs: 8_000 };

/** Slack's codes for a rate limit where it answers 200 instead of 429, and does not say for how long. */
const RATE_LIMITED: ReadonlySet<string> = new Set(['ratelimited', 'rate_limited']);
const UNTOLD_RATE_LIMIT_MS = 10_000;

/** Slack's codes for trouble of its own, after which it is open whether it did what it was asked. */
const TROUBLE: ReadonlySet<string> = new Set([
  'internal_error',
  'fatal_error',
  'service_unavailable',
  'request_timeout',
]);

/** Methods that change nothing, by the last part of their name. */
const READING =
  /\.(?:list|info|get|history|replies|members|test|validate|lookup|lookupByEmail|get[A-Z]\w*|list[A-Z]\w*|teamInfo)$|^users\.conversations$/;

/** Whether making the call twice does the same as making it once. */
export function isReading(method: string): boolean {
  return READING.test(method);
}

/** Whether Slack recognises a repeated call, by an id that the caller gives it (Slack: chat.postMessage, errors). */
export function hasClientMessageId(method: string): boolean {
  return method === 'chat.postMessage';
}

/**
 * Calls of Slack that wait for rate limits to pass and repeat what can be repeated safely, all before the deadline: a
 * method that reads, or a message with an id of ours, by which Slack knows it again.
 */
export function createSlackCall(options: {
  readonly api: Pick<SlackWebApi, 'call'>;
  readonly clock: Clock;
  readonly random: Random;
}): CallSlack {
  const { api, clock, random } = options;

  return async (method, args, context) => {
    const repeatable = isReading(method) || (hasClientMessageId(method) && 'client_msg_id' in args);
    // What changes something is left to finish: its outcome may be asked for again.
    const signal = isReading(method) ? context.signal : undefined;
    let open = false;
    for (let attempt = 1; ; attempt++) {
      const reply = await api.call(method, args, context.token, signal);
      if (reply.ok) return { t: 'done', response: reply.value };
      const limit = rateLimit(reply.failure);
      const lost = limit === undefined && isOpen(reply.failure);
      open ||= lost;
      const wait = limit ?? (lost && repeatable ? backoffDelay(LOST_ANSWER, attempt, random) : Infinity);
      const inTime = clock.monotonic() + wait <= context.deadline;
      if (!inTime || !(await slept(clock, wait, context.signal))) {
        return { t: 'failed', problem: problemOf(method, reply.failure, limit), sure: !open };
      }
    }
  };
}

/** Waits; false if nobody waits with us any more. */
async function slept(clock: Clock, delay: number, signal: AbortSignal): Promise<boolean> {
  try {
    await sleep(clock, delay, signal);
    return true;
  } catch {
    return false;
  }
}

function rateLimit(failure: SlackFailure): number | undefined {
  if (failure.t === 'rate_limited') return failure.retryAfterMs;
  return failure.t === 'refused' && RATE_LIMITED.has(failure.error) ? UNTOLD_RATE_LIMIT_MS : undefined;
}

/** Whether Slack may have done what it was asked. */
function isOpen(failure: SlackFailure): boolean {
  return failure.t === 'unreachable' || (failure.t === 'refused' && TROUBLE.has(failure.error));
}

function problemOf(method: string, failure: SlackFailure, limit: number | undefined): CallProblem {
  if (limit !== undefined) {
    const retryAfter = Math.ceil(limit / 1000);
    const message = `Slack limits the rate of ${method}: try again in ${retryAfter} s`;
    return { error: 'ratelimited', message, retryAfter };
  }
  if (failure.t !== 'refused') {
    return { error: 'unreachable', message: failure.t === 'unreachable' ? failure.message : '' };
  }
  const { error, needed, provided } = failure;
  const scopes =
    needed === undefined ? '' : `: it needs the scope ${needed}, the token has ${provided ?? ''}`;
  return {
    error,
    message: `Slack refused ${method}: ${error}${scopes}`,
    ...(needed === undefined ? {} : { needed }),
    ...(provided === undefined ? {} : { provided }),
  };
}
