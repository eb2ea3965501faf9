import { beforeEach, describe, expect, it } from 'vitest';
import { WebClient } from '@slack/web-api';
import { stringAt } from '../../../../src/core/json.js';
import { blockAction } from '../../../../src/sim/slack/frames/interactions.js';
import { slashCommand } from '../../../../src/sim/slack/frames/slash-command.js';
import { call } from './client.js';
import { stage, type Stage } from './setup.js';

let on: Stage;

beforeEach(async () => {
  on = await stage();
});

/** As Python's SDK calls: POST, with or without a body, in any of its forms. */
async function post(method: string, headers: Record<string, string>, body?: string): Promise<Response> {
  return fetch(on.slack.apiUrl + method, {
    method: 'POST',
    headers,
    ...(body === undefined ? {} : { body }),
  });
}

describe('The tokens of the scripted Slack', () => {
  it('The Web API tells the owner of a bot token, and its scopes in a header', async () => {
    const { slack, app, workspace, installation } = on;
    const web = new WebClient(installation.botToken, { slackApiUrl: slack.apiUrl });
    const who = await web.auth.test();
    expect(who).toMatchObject({
      ok: true,
      team: workspace.name,
      team_id: workspace.id,
      user_id: installation.botUser.id,
      bot_id: installation.botId,
      is_enterprise_install: false,
    });
    expect(who.response_metadata?.scopes).toEqual(installation.scopes);
    const info = await web.bots.info({ bot: installation.botId });
    expect(info.bot).toMatchObject({ app_id: app.id, user_id: installation.botUser.id });
  });

  it('The Web API tells the enterprise of a Grid workspace and of an org-wide installation', async () => {
    const { slack, app } = on;
    const organization = slack.addOrganization();
    const grid = slack.install(app, slack.addWorkspace('Grid', organization));
    expect(await call(slack.apiUrl, 'auth.test', grid.botToken)).toMatchObject({
      enterprise_id: organization.id,
      team_id: grid.workspace?.id,
      is_enterprise_install: false,
    });
    const wide = slack.install(app, organization);
    expect(await call(slack.apiUrl, 'auth.test', wide.botToken)).toMatchObject({
      enterprise_id: organization.id,
      is_enterprise_install: true,
    });
    const info = await call(slack.apiUrl, 'bots.info', wide.botToken, { bot: wide.botId });
    expect(info.error).toBe('team_not_found');
  });

  it('The Web API refuses tokens with Slack’s own errors', async () => {
    const { slack, app, installation, appToken } = on;
    const error = async (method: string, token: string): Promise<unknown> =>
      (await call(slack.apiUrl, method, token)).error;
    expect(await (await post('auth.test', {})).json()).toEqual({ ok: false, error: 'not_authed' });
    expect(await error('auth.test', 'xoxb-1-2-nobody')).toBe('invalid_auth');
    expect(await error('apps.connections.open', installation.botToken)).toBe('not_allowed_token_type');
    expect(await error('bots.info', appToken)).toBe('not_allowed_token_type');
    expect(await error('apps.connections.open', app.createAppToken([]))).toBe('missing_scope');
    const inBody = await post(
      'apps.connections.open',
      {},
      new URLSearchParams({ token: appToken }).toString(),
    );
    expect(await inBody.json()).toMatchObject({ ok: false, error: 'not_authed' });
    const old = installation.botToken;
    const fresh = slack.rotate(installation);
    expect(await error('auth.test', old)).toBe('token_revoked');
    expect(await error('auth.test', fresh)).toBeUndefined();
    slack.revoke(appToken, 'token_expired');
    expect(await error('apps.connections.open', appToken)).toBe('token_expired');
    slack.uninstall(installation);
    expect(await error('auth.test', fresh)).toBe('account_inactive');
  });

  it('The Web API says which scope is missing', async () => {
    const { slack, app, workspace } = on;
    const bare = slack.install(app, workspace, { scopes: ['commands'] });
    expect(await call(slack.apiUrl, 'chat.postMessage', bare.botToken)).toEqual({
      ok: false,
      error: 'missing_scope',
      needed: 'chat:write',
      provided: 'commands',
    });
  });
});

describe('The arguments of calls to the scripted Slack', () => {
  it('The Web API takes an empty JSON body, a form, JSON in JSON, and a query', async () => {
    const { slack, workspace, installation } = on;
    const authorization = `Bearer ${installation.botToken}`;
    const empty = await post('auth.test', { authorization, 'content-type': 'application/json' });
    expect(await empty.json()).toMatchObject({ ok: true });
    const channel = workspace.channels[0]?.id ?? '';
    const blocks = [{ type: 'divider' }];
    const asString = { channel, thread_ts: '', blocks: JSON.stringify(blocks) };
    const form = await post(
      'chat.postMessage',
      {},
      new URLSearchParams({ token: installation.botToken, ...asString }).toString(),
    );
    expect(await form.json()).toMatchObject({ ok: true, channel, message: { blocks } });
    expect(await call(slack.apiUrl, 'chat.postMessage', installation.botToken, asString)).toMatchObject({
      message: { blocks },
    });
    const got = await fetch(`${slack.apiUrl}bots.info?bot=${installation.botId}`, {
      headers: { authorization },
    });
    expect(await got.json()).toMatchObject({ ok: true });
  });

  it('The Web API refuses bodies that it cannot read', async () => {
    const authorization = `Bearer ${on.installation.botToken}`;
    const json = { authorization, 'content-type': 'application/json' };
    expect(await (await post('api.test', json, '{')).json()).toMatchObject({ error: 'invalid_json' });
    expect(await (await post('api.test', json, '[]')).json()).toMatchObject({ error: 'json_not_object' });
    const multipart = { authorization, 'content-type': 'multipart/form-data; boundary=x' };
    expect(await (await post('api.test', multipart, '--x--')).json()).toMatchObject({
      error: 'invalid_post_type',
    });
  });

  it('The Web API answers any other method and records every call', async () => {
    const { slack, installation } = on;
    expect(await call(slack.apiUrl, 'bookmarks.add', installation.botToken, { title: 'x' })).toEqual({
      ok: true,
    });
    expect(slack.calls.of('bookmarks.add')).toMatchObject([
      {
        httpMethod: 'POST',
        token: installation.botToken,
        args: { title: 'x' },
        status: 200,
        answer: { ok: true },
      },
    ]);
  });
});

describe('The methods of the scripted Slack', () => {
  it('The Web API keeps messages: post, update, reply, react, read, delete', async () => {
    const { slack, workspace, installation } = on;
    const web = new WebClient(installation.botToken, { slackApiUrl: slack.apiUrl });
    const channel = workspace.channels[0]!.id;
    const posted = await web.chat.postMessage({ channel, text: 'one' });
    const ts = posted.ts!;
    await web.chat.postMessage({ channel, text: 'reply', thread_ts: ts });
    await web.chat.update({ channel, ts, text: 'changed' });
    await web.reactions.add({ channel, timestamp: ts, name: 'eyes' });
    await expect(web.reactions.add({ channel, timestamp: ts, name: 'eyes' })).rejects.toThrow(
      'already_reacted',
    );
    const replies = await web.conversations.replies({ channel, ts });
    expect(replies.messages).toMatchObject([
      { text: 'changed', reactions: [{ name: 'eyes', count: 1 }] },
      { text: 'reply' },
    ]);
    await web.chat.delete({ channel, ts });
    const history = await web.conversations.history({ channel });
    expect(history.messages).toMatchObject([{ text: 'reply' }]);
    await expect(web.chat.update({ channel, ts, text: 'x' })).rejects.toThrow('message_not_found');
    await expect(web.chat.postMessage({ channel: 'C0NOWHERE', text: 'x' })).rejects.toThrow(
      'channel_not_found',
    );
  });

  it('The Web API lists people and channels page by page, and manages channels', async () => {
    const { slack, workspace, installation } = on;
    for (const name of ['ann', 'bob', 'cyd']) workspace.addUser(name);
    const web = new WebClient(installation.botToken, { slackApiUrl: slack.apiUrl });
    const names: unknown[] = [];
    for await (const page of web.paginate('users.list', { limit: 2 }))
      names.push(...(page as unknown as { members: { name: string }[] }).members.map((user) => user.name));
    expect(names).toEqual(['syn.user', 'autokitteh', 'ann', 'bob', 'cyd']);
    const created = await web.conversations.create({ name: 'incident-1' });
    const channel = created.channel!.id!;
    await web.conversations.setTopic({ channel, topic: 'it burns' });
    await web.conversations.archive({ channel });
    const info = await web.conversations.info({ channel });
    expect(info.channel).toMatchObject({
      name: 'incident-1',
      is_archived: true,
      topic: { value: 'it burns' },
    });
    await expect(web.chat.postMessage({ channel, text: 'x' })).rejects.toThrow('is_archived');
    await expect(web.users.lookupByEmail({ email: 'ann@synthetic.example' })).rejects.toThrow(
      'missing_scope',
    );
  });

  it('The Web API lists the channels that the bot is in, of the kinds that its scopes let it ask for', async () => {
    const { slack, app, workspace, installation } = on;
    const web = new WebClient(installation.botToken, { slackApiUrl: slack.apiUrl });
    const names = async (types: string): Promise<unknown> =>
      (await web.users.conversations({ types, exclude_archived: true })).channels?.map(({ name }) => name);
    const [general] = workspace.channels;
    general?.members.delete(installation.botUser.id);
    expect(await names('public_channel,private_channel')).toEqual([]);
    general?.members.add(installation.botUser.id);
    workspace.addChannel('secret', 'group');
    expect(await names('public_channel')).toEqual(['general']);
    expect(await names('public_channel,private_channel')).toEqual(['general', 'secret']);
    if (general !== undefined) general.archived = true;
    expect(await names('public_channel')).toEqual([]);
    await expect(names('no_such_kind')).rejects.toThrow('invalid_types');
    const { botToken } = slack.install(app, workspace, { scopes: ['channels:read'] });
    const args = { types: 'public_channel,private_channel' };
    expect(await call(slack.apiUrl, 'users.conversations', botToken, args)).toMatchObject({
      error: 'missing_scope',
      needed: 'groups:read',
    });
  });

  it('The Web API opens a view once for a trigger, within three seconds', async () => {
    const { slack, installation } = on;
    const open = async (trigger: unknown): Promise<unknown> =>
      (
        await call(slack.apiUrl, 'views.open', installation.botToken, {
          trigger_id: trigger as string,
          view: { type: 'modal', title: { type: 'plain_text', text: 'A form' }, blocks: [] },
        })
      ).error;
    const { payload } = slack.send(installation, slashCommand());
    expect(await open(payload.trigger_id)).toBeUndefined();
    expect(await open(payload.trigger_id)).toBe('exchanged_trigger_id');
    expect(await open('1.2.nonsense')).toBe('invalid_trigger_id');
  });

  it('The Web API uploads a file in three steps', async () => {
    const { slack, app, workspace } = on;
    const { botToken } = slack.install(app, workspace, { scopes: ['files:write'] });
    const web = new WebClient(botToken, { slackApiUrl: slack.apiUrl });
    const file = await web.files.getUploadURLExternal({ filename: 'a.txt', length: 3 });
    const early = web.files.completeUploadExternal({ files: [{ id: file.file_id! }] });
    await expect(early).rejects.toThrow('file_not_found');
    await fetch(file.upload_url!, { method: 'POST', body: 'abc' });
    const done = await web.files.completeUploadExternal({ files: [{ id: file.file_id! }] });
    expect(done.files).toMatchObject([{ id: file.file_id, name: 'a.txt' }]);
  });

  it('The Web API takes five answers at a response_url and records them', async () => {
    const { slack, installation } = on;
    const { payload } = slack.send(installation, blockAction());
    const answer = (): Promise<Response> =>
      fetch(stringAt(payload, 'response_url'), {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ text: 'done' }),
      });
    for (let use = 0; use < 5; use += 1) expect((await answer()).status).toBe(200);
    expect((await answer()).status).toBe(404);
    expect(slack.responses).toHaveLength(5);
    expect(slack.responses[0]).toMatchObject({ body: { text: 'done' } });
  });
});

describe('Two scripted Slacks with the same seed', () => {
  it('Two scripted Slacks with the same seed give out the same ids and tokens', async () => {
    const other = await stage();
    expect(other.appToken).toBe(on.appToken);
    expect(other.installation.botToken).toBe(on.installation.botToken);
    const different = await stage({ seed: 8 });
    expect(different.appToken).not.toBe(on.appToken);
  });
});
