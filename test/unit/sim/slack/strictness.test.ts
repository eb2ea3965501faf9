import { beforeEach, describe, expect, it } from 'vitest';
import { objectAt, type JsonObject } from '../../../../src/core/json.js';
import { slashCommand } from '../../../../src/sim/slack/frames/slash-command.js';
import type { SlackChannel } from '../../../../src/sim/slack/directory/entities.js';
import { call } from './client.js';
import { stage, type Stage } from './setup.js';

let on: Stage;

beforeEach(async () => {
  on = await stage();
});

/** Calls with the bot token, or with one of an app with these scopes. */
async function ask(method: string, args: JsonObject, scopes?: readonly string[]): Promise<JsonObject> {
  const { slack, workspace, installation } = on;
  const token =
    scopes === undefined
      ? installation.botToken
      : slack.install(slack.addApp(), workspace, { scopes }).botToken;
  return call(slack.apiUrl, method, token, args);
}

function channel(name: string, kind: SlackChannel['kind'] = 'channel'): SlackChannel {
  const made = on.workspace.addChannel(name, kind);
  made.members.delete(on.installation.botUser.id);
  return made;
}

const button = { type: 'button', text: { type: 'plain_text', text: 'Go' } };
const modal = {
  type: 'modal',
  title: { type: 'plain_text', text: 'A form' },
  blocks: [{ type: 'divider' }],
};

describe('The scopes of the scripted Slack', () => {
  it('A person’s address is told only with the scope for it, by every method that tells a profile', async () => {
    const { workspace } = on;
    const person = workspace.addUser('ann');
    const emailOf = async (scopes: readonly string[]): Promise<unknown[]> => {
      const info = await ask('users.info', { user: person.id }, scopes);
      const list = await ask('users.list', {}, scopes);
      const profile = await ask('users.profile.get', { user: person.id }, scopes);
      const members = list['members'] as JsonObject[];
      const listed = members.find(({ id }) => id === person.id);
      return [
        objectAt(objectAt(info, 'user'), 'profile'),
        objectAt(listed, 'profile'),
        objectAt(profile, 'profile'),
      ].map((shown) => shown?.['email']);
    };
    const without = ['users:read', 'users.profile:read'];
    expect(await emailOf(without)).toEqual([undefined, undefined, undefined]);
    expect(await emailOf([...without, 'users:read.email'])).toEqual(Array(3).fill(person.email));
  });
});

describe('The channels of the scripted Slack', () => {
  it('A bot that is not in a public channel reads nothing there, and posts only with chat:write.public', async () => {
    const { id } = channel('elsewhere');
    const message = { channel: id, text: 'hello' };
    expect(await ask('conversations.history', { channel: id })).toMatchObject({ error: 'not_in_channel' });
    expect(await ask('conversations.replies', { channel: id, ts: '1' })).toMatchObject({
      error: 'not_in_channel',
    });
    expect(await ask('conversations.setTopic', { channel: id, topic: 'x' })).toMatchObject({
      error: 'not_in_channel',
    });
    expect(await ask('chat.postMessage', message)).toMatchObject({ ok: true });
    const { slack, workspace } = on;
    const { botToken } = slack.install(slack.addApp(), workspace, { scopes: ['chat:write'] });
    const other = channel('elsewhere-too');
    other.members.clear();
    const posted = await call(slack.apiUrl, 'chat.postMessage', botToken, { ...message, channel: other.id });
    expect(posted).toMatchObject({ error: 'not_in_channel' });
    expect(await ask('conversations.join', { channel: id })).toMatchObject({ ok: true });
    expect(await ask('conversations.history', { channel: id })).toMatchObject({ ok: true });
  });

  it('A private channel does not exist for a bot that is not in it', async () => {
    const { id } = channel('secret', 'group');
    for (const [method, args] of [
      ['chat.postMessage', { text: 'hello' }],
      ['conversations.history', {}],
      ['reactions.add', { name: 'eyes', timestamp: '1' }],
    ] as const)
      expect(await ask(method, { ...args, channel: id }), method).toMatchObject({
        error: 'channel_not_found',
      });
  });

  it('An ephemeral message is for somebody who is in the channel', async () => {
    const { workspace } = on;
    const [general] = workspace.channels;
    const stranger = workspace.addUser('bob');
    const [member] = workspace.users;
    const say = (user: string): Promise<JsonObject> =>
      ask('chat.postEphemeral', { channel: general?.id, user, text: 'psst' });
    expect(await say(stranger.id)).toMatchObject({ error: 'user_not_in_channel' });
    expect(await say(member?.id ?? '')).toMatchObject({ ok: true });
  });

  it('A bot changes and deletes its own messages only', async () => {
    const [general] = on.workspace.channels;
    general?.messages.push({ type: 'message', user: 'U1', ts: '1.1', text: 'of a person' });
    const of = { channel: general?.id ?? '', ts: '1.1', text: 'other words' };
    expect(await ask('chat.update', of)).toMatchObject({ error: 'cant_update_message' });
    expect(await ask('chat.delete', of)).toMatchObject({ error: 'cant_delete_message' });
    const { ts } = await ask('chat.postMessage', { channel: of.channel, text: 'mine' });
    expect(await ask('chat.update', { ...of, ts })).toMatchObject({ ok: true });
    expect(await ask('chat.delete', { ...of, ts })).toMatchObject({ ok: true });
  });
});

describe('The blocks of the scripted Slack', () => {
  const post = (blocks: unknown): Promise<JsonObject> =>
    ask('chat.postMessage', { channel: 'general', text: 'hi', blocks } as JsonObject);

  it.each<[string, unknown, string]>([
    [
      'a text that is too long',
      [{ type: 'section', text: { type: 'mrkdwn', text: 'x'.repeat(3001) } }],
      '/blocks/0/text/text',
    ],
    ['a section without anything', [{ type: 'section' }], '/blocks/0'],
    [
      'a header with mrkdwn',
      [{ type: 'header', text: { type: 'mrkdwn', text: 'x' } }],
      '/blocks/0/text/type',
    ],
    ['an empty text', [{ type: 'section', text: { type: 'mrkdwn', text: '' } }], '/blocks/0/text/text'],
    [
      'two equal block ids',
      [
        { type: 'divider', block_id: 'a' },
        { type: 'divider', block_id: 'a' },
      ],
      '/blocks/1/block_id',
    ],
    [
      'a button without a text',
      [{ type: 'actions', elements: [{ type: 'button' }] }],
      '/blocks/0/elements/0/text',
    ],
    [
      'a button with an empty URL',
      [{ type: 'actions', elements: [{ ...button, url: '' }] }],
      '/blocks/0/elements/0/url',
    ],
    [
      'a style that is none',
      [{ type: 'actions', elements: [{ ...button, style: 'green' }] }],
      '/blocks/0/elements/0/style',
    ],
    [
      'two equal action ids',
      [
        {
          type: 'actions',
          elements: [
            { ...button, action_id: 'a' },
            { ...button, action_id: 'a' },
          ],
        },
      ],
      '/blocks/0/elements/1/action_id',
    ],
    [
      'a select without options',
      [{ type: 'actions', elements: [{ type: 'static_select', options: [] }] }],
      '/blocks/0/elements/0/options',
    ],
    [
      'an image without words',
      [{ type: 'image', image_url: 'https://a.example/a.png' }],
      '/blocks/0/alt_text',
    ],
    ['51 blocks', Array.from({ length: 51 }, () => ({ type: 'divider' })), '/blocks'],
  ])('Slack refuses %s, and says where it is', async (_, blocks, pointer) => {
    const answer = await post(blocks);
    expect(answer).toMatchObject({ ok: false, error: 'invalid_blocks' });
    const messages = objectAt(answer, 'response_metadata')?.['messages'] as string[];
    expect(messages[0]).toMatch(/^\[ERROR\] .+ \[json-pointer:.+\]$/);
    expect(messages[0]).toContain(`[json-pointer:${pointer}]`);
    expect(answer['errors']).toEqual(messages.map((message) => message.slice('[ERROR] '.length)));
  });

  it('Slack takes blocks of all kinds, names those without a name, and lets unknown kinds through', async () => {
    const blocks = [
      { type: 'header', text: { type: 'plain_text', text: 'Title' } },
      { type: 'section', fields: [{ type: 'mrkdwn', text: '*a*' }], accessory: button },
      { type: 'actions', elements: [button, { type: 'datepicker', action_id: 'day' }] },
      {
        type: 'context',
        elements: [
          { type: 'mrkdwn', text: 'b' },
          { type: 'image', image_url: 'https://a.example/a.png', alt_text: 'a' },
        ],
      },
      { type: 'rich_text', elements: [] },
      { type: 'of_the_future', anything: 1 },
    ];
    const answer = await post(JSON.stringify(blocks));
    expect(answer).toMatchObject({ ok: true });
    const kept = objectAt(answer, 'message')?.['blocks'] as JsonObject[];
    expect(kept.every(({ block_id: id }) => typeof id === 'string' && id !== '')).toBe(true);
    const [first] = (kept[2]?.['elements'] ?? []) as JsonObject[];
    expect(first?.['action_id']).toMatch(/^\w+$/);
  });
});

describe('The views of the scripted Slack', () => {
  /** Opens one with a fresh trigger. */
  function open(view: JsonObject): Promise<JsonObject> {
    const { slack, installation } = on;
    const { payload } = slack.send(installation, slashCommand());
    return ask('views.open', { trigger_id: payload['trigger_id'], view });
  }

  it.each<[string, JsonObject, string]>([
    [
      'a title of 25 characters',
      { ...modal, title: { type: 'plain_text', text: 'x'.repeat(25) } },
      '/view/title/text',
    ],
    ['no blocks', { type: 'modal', title: modal.title }, '/view'],
    ['no title', { type: 'modal', blocks: [] }, '/view'],
    ['a home tab', { type: 'home', blocks: [] }, '/view/type'],
    [
      'an input without a submit button',
      {
        ...modal,
        blocks: [
          { type: 'input', label: { type: 'plain_text', text: 'a' }, element: { type: 'plain_text_input' } },
        ],
      },
      '/view',
    ],
    ['metadata that is too long', { ...modal, private_metadata: 'x'.repeat(3001) }, '/view/private_metadata'],
  ])('Slack opens no modal with %s, and says where it is', async (_, view, pointer) => {
    const answer = await open(view);
    expect(answer).toMatchObject({ ok: false, error: 'invalid_arguments' });
    expect(JSON.stringify(answer['response_metadata'])).toContain(`[json-pointer:${pointer}]`);
  });

  it('Slack takes a modal, which has its external id alone', async () => {
    expect(await open({ ...modal, external_id: 'mine' })).toMatchObject({ ok: true });
    expect(await open({ ...modal, external_id: 'mine' })).toMatchObject({ error: 'duplicate_external_id' });
  });
});
