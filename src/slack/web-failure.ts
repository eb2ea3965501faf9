import {
  WebAPIHTTPError,
  WebAPIPlatformError,
  WebAPIRateLimitedError,
  WebAPIRequestError,
} from '@slack/web-api';

import { errorMessage, PluginError } from '../core/errors.js';
import { isJsonObject, stringAt } from '../core/json.js';
import { UnreachableError } from '../core/unreachable.js';
import type { SlackFailure } from './slack-errors.js';

// Slack's codes. Anything else in that place is text of a proxy or a captive portal, which must not pass for a code.
const CODE = /^[a-z0-9_]{1,64}$/;

/** Something answered, and it was not Slack. */
export const NOT_FROM_SLACK: SlackFailure = {
  t: 'unreachable',
  message: 'the reply did not come from Slack (is there a proxy or a captive portal?)',
  answered: true,
};

/** What a rejected call of the SDK to `host` means. Total: takes whatever was thrown. */
export function failureOf(error: unknown, host: string): SlackFailure {
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
  // Our own time limits say what took too long.
  const reason =
    cause instanceof PluginError ? errorMessage(cause) : UnreachableError.of(host, cause).message;
  return { t: 'unreachable', message: `Slack cannot be reached: ${reason}`, answered: false };
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
  if (!CODE.test(error)) return NOT_FROM_SLACK;
  const needed = stringAt(body, 'needed');
  const provided = stringAt(body, 'provided');
  return {
    t: 'refused',
    error,
    ...(needed === '' ? {} : { needed }),
    ...(provided === '' ? {} : { provided }),
  };
}
