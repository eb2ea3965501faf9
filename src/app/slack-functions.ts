import { randomUUID } from 'node:crypto';
import { BOT_TOKEN } from '../connections/setup-state.js';
import type { LiveConnections } from '../connections/live-connections.js';
import { createUpload } from '../functions/file-upload.js';
import { createSlackFunctions, type SlackFunctions } from '../functions/functions.js';
import type { SlackHttp } from '../slack/http.js';
import type { SlackWebApi } from '../slack/web-api.js';
import type { Surroundings } from './surroundings.js';

/** Slack's methods, called with the bot token of the connection that user code loaded them for. */
export function slackFunctions(
  slack: SlackWebApi,
  http: SlackHttp,
  live: LiveConnections,
  { clock, random }: Pick<Surroundings, 'clock' | 'random'>,
): SlackFunctions {
  return createSlackFunctions({
    api: slack,
    token: async (connectionId) => (await live.config(connectionId))[BOT_TOKEN],
    upload: createUpload((url, init) => http.upload(url, init)),
    newId: randomUUID,
    ...{ clock, random },
  });
}
