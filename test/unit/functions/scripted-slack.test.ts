import { randomUUID } from 'node:crypto';
import { fetch } from 'undici';
import { afterEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../../src/core/clock.js';
import { fromJson, toJson } from '../../../src/autokitteh/values-json.js';
import { createUpload } from '../../../src/functions/file-upload.js';
import { createSlackFunctions, type SlackFunctions } from '../../../src/functions/functions.js';
import { DEFAULT_SCOPES } from '../../../src/sim/slack/directory/default-scopes.js';
import { startScriptedSlack, type ScriptedSlack } from '../../../src/sim/slack/scripted-slack.js';
import { createSlackHttp, type SlackHttp } from '../../../src/slack/http.js';
import { createWebApi } from '../../../src/slack/web-api.js';

let slack: ScriptedSlack;
let http: SlackHttp;

afterEach(async () => {
  await http.close();
  await slack.stop();
});

async function start(): Promise<{ functions: SlackFunctions; channel: string }> {
  slack = await startScriptedSlack({ seed: 7 });
  http = createSlackHttp();
  const workspace = slack.addWorkspace();
  const { botToken } = slack.install(slack.addApp(), workspace, {
    scopes: [...DEFAULT_SCOPES, 'files:write'],
  });
  const functions = createSlackFunctions({
    api: createWebApi({ apiUrl: slack.apiUrl, clock: systemClock, http }),
    token: () => Promise.resolve(botToken),
    upload: createUpload(fetch),
    clock: systemClock,
    random: Math.random,
    newId: randomUUID,
  });
  const list = await call(functions, 'conversations_list');
  const { channels } = list as { channels: { id: string }[] };
  return { functions, channel: channels[0]?.id ?? '' };
}

async function call(functions: SlackFunctions, name: string, kwargs: Record<string, unknown> = {}) {
  const values = Object.entries(kwargs).map(([key, value]) => [key, fromJson(value as never)] as const);
  const signal = new AbortController().signal;
  const outcome = await functions.call('con_1', name, [], Object.fromEntries(values), {
    signal,
    timeoutMs: undefined,
  });
  return toJson(outcome.t === 'returned' ? outcome.value : outcome.error);
}

describe('functions on a scripted Slack', () => {
  it('Functions on a scripted Slack post, read, refuse and upload over the SDK', async () => {
    const { functions, channel } = await start();
    const posted = await call(functions, 'chat_postMessage', {
      channel,
      text: 'hi',
      blocks: [{ type: 'divider' }],
    });
    expect(posted).toMatchObject({ ok: true, channel });
    const history = await call(functions, 'conversations_history', { channel });
    expect(history).toMatchObject({ messages: [{ text: 'hi' }] });
    expect(await call(functions, 'chat_postMessage', { channel: 'C0NONE', text: 'hi' })).toMatchObject({
      error: 'channel_not_found',
      method: 'chat_postMessage',
    });
    const uploaded = await call(functions, 'files_upload_v2', {
      content: 'grüß',
      filename: 'a.txt',
      channel,
    });
    expect(uploaded).toMatchObject({ ok: true, files: [{ name: 'a.txt' }] });
  });

  it('Functions on a scripted Slack wait for a rate limit and repeat a message whose answer was lost', async () => {
    const { functions, channel } = await start();
    slack.faults.api('chat.postMessage', { t: 'rate_limited', retryAfter: 1 }, { times: 1 });
    expect(await call(functions, 'chat_postMessage', { channel, text: 'one' })).toMatchObject({ ok: true });
    slack.faults.api('chat.postMessage', { t: 'reset', after: true }, { times: 1 });
    expect(await call(functions, 'chat_postMessage', { channel, text: 'two' })).toMatchObject({ ok: true });
    const ids = slack.calls.of('chat.postMessage').map(({ args }) => args['client_msg_id']);
    expect(ids).toHaveLength(4);
    expect(ids[0]).toBe(ids[1]);
    expect(ids[2]).toBe(ids[3]);
    expect(ids[1]).not.toBe(ids[2]);
  });
});
