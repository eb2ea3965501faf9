import {
  WebAPIHTTPError,
  WebAPIPlatformError,
  WebAPIRateLimitedError,
  WebAPIRequestError,
} from '@slack/web-api';

import { errorMessage } from '../core/errors.js';
import { isJsonObject, stringAt } from '../core/json.js';
import { scrub } from '../core/scrub.js';
import type { SlackFailure } from './slack-errors.js';

// Slack's codes. Anything else in that place is text of a proxy or a captive portal, which must not pass for a code.
const CODE = /^[a-z0-9_]{1,64}$/;

/** What a rejected call of the SDK means. Total: takes whatever was thrown. */
export function failureOf(error: unknown): SlackFailure {
  if (error instanceof WebAPIPlatformError) return refusal(error.data);
  if (error instanceof WebAPIRateLimitedError)
    return { t: 'rate_limited', retryAfterMs: Math.max(1, error.retryAfter) * 1000 };
  if (error instanceof WebAPIHTTPError)
    return {
      t: 'unreachable',
      message: `Slack answered with HTTP status ${error.statusCode}`,
      answered: true,
    };
  const cause = error instanceof WebAPIRequestError ? error.original : error;
  return { t: 'unreachable', message: `Slack cannot be reached: ${reason(cause)}`, answered: false };
}

/** A sentence for a failure. */
export function failureText(failure: SlackFailure): string {
  switch (failure.t) {
    case 'refused':
      return `Slack refused: ${failure.error}${failure.needed === undefined ? '' : ` (needed: ${failure.needed})`}`;
    case 'rate_limited':
      return `Slack limits the rate: try again in ${Math.ceil(failure.retryAfterMs / 1000)} s`;
    case 'unreachable':
      return failure.message;
  }
}

function refusal(data: unknown): SlackFailure {
  const body = isJsonObject(data) ? data : {};
  const error = stringAt(body, 'error');
  if (!CODE.test(error))
    return {
      t: 'unreachable',
      message: 'what answered in the place of Slack did not speak its language',
      answered: true,
    };
  const needed = stringAt(body, 'needed');
  const provided = stringAt(body, 'provided');
  return {
    t: 'refused',
    error,
    ...(needed === '' ? {} : { needed }),
    ...(provided === '' ? {} : { provided }),
  };
}

/** The innermost reason: undici wraps "fetch failed" around what really happened. */
function reason(error: unknown): string {
  let inner = error;
  for (let depth = 0; depth < 5 && inner instanceof Error && inner.cause instanceof Error; depth++)
    inner = inner.cause;
  return scrub(errorMessage(inner));
}
