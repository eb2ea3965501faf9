import { PluginError, type ErrorCode } from '../../core/errors.js';
import type { CheckName, TokenCheck } from '../check-tokens.js';

/** A no, as HTTP says it: a status and one sentence, never with a token in it. */
export interface Refusal {
  readonly status: 400 | 401 | 403 | 404 | 500 | 502;
  readonly text: string;
}

const STATUS: Readonly<Partial<Record<ErrorCode, Refusal['status']>>> = {
  bad_input: 400,
  unauthenticated: 401,
  forbidden: 403,
  not_found: 404,
  server_refused: 502,
  server_unavailable: 502,
  timeout: 502,
};

// How Node says that the client went away before its request was complete. Everything else that a page reads is read by
// clients of ours, whose errors are `PluginError`s.
const CUT = new Set<unknown>(['ABORT_ERR', 'ECONNRESET', 'ERR_STREAM_PREMATURE_CLOSE']);

/** What to answer for whatever was thrown. */
export function refusalOf(error: unknown): Refusal {
  if (!(error instanceof PluginError) && error instanceof Error && 'code' in error && CUT.has(error.code))
    return { status: 400, text: 'the request ended before its body was complete' };
  const known = PluginError.from(error);
  const status = STATUS[known.code] ?? 500;
  // What happened inside is for the log.
  return status === 500
    ? { status, text: 'internal error: see the log of this program' }
    : { status, text: known.message };
}

// The first words are the built-in integration's, so that whoever looks for them finds them.
const WORDS: Readonly<Record<CheckName, string>> = {
  bot_token: 'slack token auth test failed',
  bot: 'slack bot info request failed',
  app_token: 'slack WebSocket connection opening failed',
  same_app: 'slack tokens of two apps',
  scopes: 'slack scopes missing',
};

/**
 * What to answer when Slack did not take the tokens. Never 401 or 429: AutoKitteh's web UI takes those for its own
 * login and rate limit.
 */
export function refusalOfCheck(check: Extract<TokenCheck, { t: 'failed' }>): Refusal {
  const { name, sentence } = check.first;
  return { status: check.transient ? 502 : 400, text: `${WORDS[name]}: ${sentence}` };
}
