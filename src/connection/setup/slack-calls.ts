import { adviceFor, type SlackFailure } from '../../slack/slack-errors.js';
import type { SlackResult, SlackWebApi } from '../../slack/web-api.js';
import type { SlackCalls, SlackRefusal } from './ports.js';

/** Slack's Web API as setting a connection up calls it. */
export function slackCalls(api: SlackWebApi): SlackCalls {
  return {
    authTest: async (botToken) => spread(await api.authTest(botToken)),
    botsInfo: async (botToken, { bot, teamId }) => spread(await api.botsInfo(botToken, bot, teamId)),
    openConnection: async (appToken) => spread(await api.openConnection(appToken)),
    call: async (token, method, parameters, signal) =>
      spread(await api.call(method, parameters, token, signal)),
    advice: adviceFor,
  };
}

function spread<Value extends object>(result: SlackResult<Value>): ({ ok: true } & Value) | SlackRefusal {
  return result.ok ? { ...result.value, ok: true } : refusalOf(result.failure);
}

function refusalOf(failure: SlackFailure): SlackRefusal {
  switch (failure.t) {
    case 'refused':
      return {
        ok: false,
        error: failure.error,
        ...(failure.needed === undefined ? {} : { needed: failure.needed }),
      };
    case 'rate_limited':
      return { ok: false, error: 'ratelimited', retryAfter: Math.ceil(failure.retryAfterMs / 1000) };
    case 'unreachable':
      return { ok: false, unreachable: failure.message };
  }
}
