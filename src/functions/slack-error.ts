import { integer, string, struct, symbol, type Value } from '../autokitteh/values.js';

/** What went wrong with a call, in Slack's own words where they are Slack's. */
export interface CallProblem {
  /** Slack's code; or `bad_arguments`, `not_connected`, `unreachable`, `ratelimited`, `result_too_large`. */
  readonly error: string;
  /** A sentence for people. */
  readonly message: string;
  readonly needed?: string;
  readonly provided?: string;
  /** Seconds. */
  readonly retryAfter?: number;
}

const CTOR = symbol('slack_error');

/** The value that user code catches: `slack_error(error, message, method, needed, provided, retry_after)`. */
export function slackError(method: string, problem: CallProblem): Value {
  return struct(CTOR, {
    error: string(problem.error),
    message: string(problem.message),
    method: string(method),
    needed: string(problem.needed ?? ''),
    provided: string(problem.provided ?? ''),
    retry_after: integer(BigInt(Math.ceil(problem.retryAfter ?? 0))),
  });
}
