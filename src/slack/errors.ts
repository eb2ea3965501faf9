import {
  WebAPIHTTPError,
  WebAPIPlatformError,
  WebAPIRateLimitedError,
  WebAPIRequestError,
} from '@slack/web-api';
import { errorMessage, PluginError } from '../core/errors.js';
import { isJsonObject, stringAt, type JsonObject } from '../core/json.js';
import { cutText } from '../core/text.js';
import { UnreachableError } from '../core/unreachable.js';
import { appPageUrl, type AppPage, type SlackSite } from './app-pages.js';

/** What a call to Slack failed with. */
export type SlackFailure =
  /** Slack answered and said no; `error` is its own code. */
  | {
      readonly t: 'refused';
      readonly error: string;
      /** The scopes that were missing and the ones there are, when Slack says so. */
      readonly needed?: string;
      readonly provided?: string;
      /** What is wrong with an app's manifest, in Slack's words. */
      readonly problems?: readonly string[];
    }
  /** HTTP 429: not before this many milliseconds. */
  | { readonly t: 'rate_limited'; readonly retryAfterMs: number }
  /** No answer, or not one of Slack's. `answered` when something did reply over HTTP. */
  | { readonly t: 'unreachable'; readonly message: string; readonly answered: boolean };

/** A call of the Web API that failed. */
export interface FailedSlackCall {
  readonly method: string;
  readonly failure: SlackFailure;
}

interface SlackError {
  /** Passes by itself: worth trying again soon. */
  readonly transient?: true;
  /** What the person who owns the Slack app must do, or what this program is doing about it. */
  readonly advice: string | ((ways: Ways) => string);
}

/** Which token an error is about: the advice leads to the page of its app on which a new one is made. */
export interface TokenPlace {
  readonly kind: 'app' | 'bot';
  /** Both absent where pages of the app are not to be named, such as on a page that has links to them. */
  readonly appId?: string;
  readonly site?: SlackSite;
}

/** What people do to a Slack app, with where they do it. */
interface Ways {
  readonly newToken: string;
  readonly reinstall: string;
  readonly socketMode: string;
}

function waysOf({ kind, appId = '', site }: TokenPlace): Ways {
  const at = (page: AppPage, words: string): string =>
    site === undefined ? `on the app's page ${words}` : `at ${appPageUrl(site, appId, page)} (${words})`;
  const install = `install the Slack app again ${at('oauth', 'OAuth & Permissions')}`;
  return {
    newToken:
      kind === 'app'
        ? `make a new app-level token with the scope connections:write ${at('general', 'Basic Information, App-Level Tokens')}, and save it on ${THIS_PAGE}`
        : `${install}, which makes a new bot token, and save that on ${THIS_PAGE}`,
    reinstall: `${install}, and save its tokens on ${THIS_PAGE}`,
    socketMode: `switch it on ${at('socket-mode', 'Socket Mode')}`,
  };
}

/** How advice names the page on which tokens are saved; those who tell it of several connections name them instead. */
export const THIS_PAGE = "this connection's page";

const WAIT = 'nothing to do: the program retries';

/**
 * Slack's error codes that this program can meet, each with advice. A code that is not listed is tried again like one that
 * passes: to wait for a person who is not needed costs more than some calls in vain.
 */
const ERRORS: Readonly<Record<string, SlackError>> = {
  not_authed: { advice: ({ newToken }) => `no token reached Slack: ${newToken}` },
  invalid_auth: {
    advice: ({ newToken }) =>
      `Slack does not accept the token, which was deleted or not copied whole: ${newToken}; if the app has an IP allow list, add this server's address to it`,
  },
  account_inactive: {
    advice: ({ reinstall }) => `the token's user or workspace was deactivated: ${reinstall}`,
  },
  token_revoked: { advice: ({ newToken }) => `the token was revoked, and does not come back: ${newToken}` },
  token_expired: {
    advice: ({ newToken }) =>
      `the token has expired: switch token rotation off for the Slack app, then ${newToken}`,
  },
  not_allowed_token_type: {
    advice:
      'this kind of token cannot do that: paste the app-level token (xapp-...) and the bot token (xoxb-...) into their own fields',
  },
  missing_scope: {
    advice:
      'a scope is missing: add connections:write to the app-level token, and the scope that Slack names to the bot token, then reinstall the app',
  },
  no_permission: {
    advice: 'the token lacks a permission: ask an administrator of the workspace to grant it',
  },
  access_denied: {
    advice: 'Slack denies access: ask an administrator of the workspace to approve the Slack app',
  },
  accesslimited: {
    advice: 'access is limited on this Slack instance: ask an administrator of the workspace',
  },
  forbidden_team: { advice: 'this workspace may not do that: ask an administrator of the organization' },
  user_removed_from_team: { advice: ({ reinstall }) => `the token's user left the workspace: ${reinstall}` },
  team_disabled: { advice: 'the workspace is disabled: ask its owner' },
  team_access_not_granted: {
    advice: 'the Slack app has not been granted this workspace: ask an administrator',
  },
  org_login_required: {
    advice: 'the workspace is being moved to an Enterprise organization: wait until that is done',
  },
  ekm_access_denied: {
    advice: "the workspace's administrators suspended access (Enterprise Key Management)",
  },
  insecure_request: { advice: 'the token must be sent in a header: report this as a defect of this program' },
  bot_not_found: { advice: ({ reinstall }) => `Slack does not know this bot: ${reinstall}` },
  team_not_found: { advice: ({ reinstall }) => `Slack does not know this workspace: ${reinstall}` },
  link_disabled: {
    advice: ({ socketMode }) => `Socket Mode is switched off for the Slack app: ${socketMode}`,
  },
  wrong_app: {
    advice:
      'the app-level token belongs to another Slack app than the bot token: copy both from the same app',
  },
  too_many_websockets: {
    transient: true,
    advice:
      'Slack has ten sockets for this app already: stop other programs that use the same app-level token',
  },
  team_added_to_org: {
    transient: true,
    advice: 'the workspace is being moved to an Enterprise organization: nothing to do, the program retries',
  },
  ratelimited: { transient: true, advice: WAIT },
  rate_limited: { transient: true, advice: WAIT },
  internal_error: { transient: true, advice: WAIT },
  fatal_error: { transient: true, advice: WAIT },
  service_unavailable: { transient: true, advice: WAIT },
  request_timeout: { transient: true, advice: WAIT },
};

/** Codes by which Slack says that it is in trouble itself. */
const OUTAGES: ReadonlySet<string> = new Set([
  'internal_error',
  'fatal_error',
  'service_unavailable',
  'request_timeout',
]);

/** Whether a failure looks like an outage of Slack or of the way to it: it says nothing of who asked. */
export function isOutage(failure: SlackFailure): boolean {
  return failure.t === 'unreachable' || (failure.t === 'refused' && OUTAGES.has(failure.error));
}

/** Whether `error`, a code of Slack's, will not pass until a person does something. */
export function isPermanent(error: string): boolean {
  const known = ERRORS[error];
  return known !== undefined && known.transient !== true;
}

/** One sentence for people: what to do about `error`, a code of Slack's about this token. */
export function adviceFor(error: string, token: TokenPlace): string {
  const ways = waysOf(token);
  const advice = ERRORS[error]?.advice ?? `Slack says "${error}": ${ways.newToken}`;
  return typeof advice === 'string' ? advice : advice(ways);
}

/** Every code with an entry of its own. */
export const KNOWN_SLACK_ERRORS: readonly string[] = Object.keys(ERRORS);

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

/** A short word for a failure: Slack's own code, `ratelimited`, or `unreachable`. */
export function failureCode(failure: SlackFailure): string {
  switch (failure.t) {
    case 'refused':
      return failure.error;
    case 'rate_limited':
      return 'ratelimited';
    case 'unreachable':
      return 'unreachable';
  }
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

// More would not be read.
const MOST_PROBLEMS = 20;

function problemsIn(body: JsonObject): { problems?: readonly string[] } {
  if (!Array.isArray(body['errors'])) return {};
  const problems = body['errors'].slice(0, MOST_PROBLEMS).flatMap((item) => {
    const [message, pointer] = isJsonObject(item)
      ? [stringAt(item, 'message'), stringAt(item, 'pointer')]
      : [];
    if (message === undefined || message === '') return [];
    return [cutText(pointer === '' ? message : `${pointer}: ${message}`, 300)];
  });
  return { problems };
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
    ...problemsIn(body),
  };
}
