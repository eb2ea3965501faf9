import { randomUUID } from 'node:crypto';
import { fetch } from 'undici';
import { BOT_TOKEN } from '../connection/live/setup-state.js';
import type { LiveConnections } from '../connection/live/live-connections.js';
import type { Functions } from '../contract/ports.js';
import { createUpload } from '../functions/file-upload.js';
import { createSlackFunctions } from '../functions/functions.js';
import type { SlackWebApi } from '../slack/web-api.js';
import type { Surroundings } from './surroundings.js';

/** Slack's methods, called with the bot token of the connection that user code loaded them for. */
export function slackFunctions(
  slack: SlackWebApi,
  live: LiveConnections,
  { clock, random }: Pick<Surroundings, 'clock' | 'random'>,
): Functions {
  const functions = createSlackFunctions({
    api: slack,
    token: async (connectionId) => (await live.config(connectionId))[BOT_TOKEN],
    upload: createUpload(fetch),
    newId: randomUUID,
    ...{ clock, random },
  });
  return {
    list: () => functions.list(),
    call: (connectionId, name, args, kwargs, { signal, timeoutMs }) =>
      functions.call(connectionId, name, args, kwargs, signal, timeoutMs),
  };
}
