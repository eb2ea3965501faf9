import { WebClient } from '@slack/web-api';

import { deadline } from '../core/cancellation.js';
import type { Clock } from '../core/clock.js';
import { isJsonObject, numberAt, objectAt, stringAt, type JsonObject } from '../core/json.js';
import { silentLogger, type SlackHttp } from './http.js';
import { failureOf, type SlackFailure } from './errors.js';

/** Who a bot token is, as `auth.test` tells. */
export interface BotIdentity {
  readonly url: string;
  readonly team: string;
  readonly teamId: string;
  readonly user: string;
  readonly userId: string;
  readonly botId: string;
  /** Empty outside Enterprise Grid. */
  readonly enterpriseId: string;
  readonly isEnterpriseInstall: boolean;
  /** Granted scopes, from the reply's x-oauth-scopes header, the only place where Slack tells them; unknown without it. */
  readonly scopes: readonly string[] | undefined;
}

/** A bot, as `bots.info` tells. */
export interface BotInfo {
  readonly id: string;
  /** The `A...` id of the Slack app. */
  readonly appId: string;
  readonly userId: string;
  readonly name: string;
  /** Seconds since 1970. */
  readonly updated: number;
  readonly deleted: boolean;
}

/** A result of one call: what Slack said, or why there is nothing. Never thrown. */
export type SlackResult<Value> =
  { readonly ok: true; readonly value: Value } | { readonly ok: false; readonly failure: SlackFailure };

export interface SlackWebApi {
  /** `auth.test`: is this token good, and whose is it? Needs no scope. */
  authTest(botToken: string, signal?: AbortSignal): Promise<SlackResult<BotIdentity>>;
  /** `bots.info`: needs users:read; `teamId` only for tokens of an organization. */
  botsInfo(
    botToken: string,
    botId: string,
    teamId?: string,
    signal?: AbortSignal,
  ): Promise<SlackResult<BotInfo>>;
  /** `apps.connections.open`: is this app-level token good? The URL is thrown away: it is single-use and short-lived. */
  openConnection(
    appToken: string,
    signal?: AbortSignal,
  ): Promise<SlackResult<{ readonly scopes: readonly string[] | undefined }>>;
  /** Any method, once, without retries. `response_metadata.scopes` holds the granted scopes. */
  call(
    method: string,
    args: JsonObject,
    token: string,
    signal?: AbortSignal,
  ): Promise<SlackResult<JsonObject>>;
}

export interface WebApiOptions {
  /** Ends with a slash: `https://slack.com/api/`. */
  readonly apiUrl: string;
  readonly clock: Clock;
  readonly http: SlackHttp;
  /** For a whole call, milliseconds. */
  readonly timeoutMs?: number;
  /** Told of each call that failed. */
  readonly failed?: (method: string, failure: SlackFailure) => void;
}

// Somebody waits in front of a page, or a workflow in a call: Slack answers within one second or is in trouble.
const CALL_TIMEOUT_MS = 10_000;

/** Checked calls of Slack's Web API, over its SDK with its retries off: who calls decides what to do about a failure. */
export function createWebApi(options: WebApiOptions): SlackWebApi {
  const timeoutMs = options.timeoutMs ?? CALL_TIMEOUT_MS;
  const host = options.http.outbound.hostOf(new URL(options.apiUrl));

  async function call(
    method: string,
    args: JsonObject,
    token: string,
    signal?: AbortSignal,
  ): Promise<SlackResult<JsonObject>> {
    const limit = deadline(options.clock, timeoutMs, `Slack's ${method}`, signal);
    const client = new WebClient(token, {
      slackApiUrl: options.apiUrl,
      logger: silentLogger,
      retryConfig: { retries: 0 },
      rejectRateLimitedCalls: true,
      allowAbsoluteUrls: false,
      fetch: (url, init) => options.http.fetch(url, { ...init, signal: limit.signal }),
    });
    try {
      const reply: unknown = await client.apiCall(method, args);
      return { ok: true, value: isJsonObject(reply) ? reply : {} };
    } catch (error) {
      const failure = failureOf(limit.signal.aborted ? limit.signal.reason : error, host);
      // That the caller wants no answer any more is no failure of Slack's.
      if (signal?.aborted !== true) options.failed?.(method, failure);
      return { ok: false, failure };
    } finally {
      limit.cleanup();
    }
  }

  return {
    call,
    authTest: async (botToken, signal) => mapped(await call('auth.test', {}, botToken, signal), botIdentity),
    botsInfo: async (botToken, botId, teamId, signal) =>
      mapped(
        await call(
          'bots.info',
          { bot: botId, ...(teamId === undefined ? {} : { team_id: teamId }) },
          botToken,
          signal,
        ),
        botInfo,
      ),
    openConnection: async (appToken, signal) =>
      mapped(await call('apps.connections.open', {}, appToken, signal), (reply) => ({
        scopes: scopes(reply),
      })),
  };
}

function mapped<Value>(
  result: SlackResult<JsonObject>,
  map: (reply: JsonObject) => Value,
): SlackResult<Value> {
  return result.ok ? { ok: true, value: map(result.value) } : result;
}

function botIdentity(reply: JsonObject): BotIdentity {
  return {
    url: stringAt(reply, 'url'),
    team: stringAt(reply, 'team'),
    teamId: stringAt(reply, 'team_id'),
    user: stringAt(reply, 'user'),
    userId: stringAt(reply, 'user_id'),
    botId: stringAt(reply, 'bot_id'),
    enterpriseId: stringAt(reply, 'enterprise_id'),
    isEnterpriseInstall: reply['is_enterprise_install'] === true,
    scopes: scopes(reply),
  };
}

function botInfo(reply: JsonObject): BotInfo {
  const bot = objectAt(reply, 'bot');
  return {
    id: stringAt(bot, 'id'),
    appId: stringAt(bot, 'app_id'),
    userId: stringAt(bot, 'user_id'),
    name: stringAt(bot, 'name'),
    updated: numberAt(bot, 'updated'),
    deleted: bot?.['deleted'] === true,
  };
}

function scopes(reply: JsonObject): readonly string[] | undefined {
  const granted = objectAt(reply, 'response_metadata')?.['scopes'];
  if (!Array.isArray(granted)) return undefined;
  return granted.filter((scope) => typeof scope === 'string').filter((scope) => scope !== '');
}
