import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { objectAt, stringAt, type JsonObject } from '../../../src/core/json.js';
import type { SendRequest } from '../../../src/dev/send-request.js';
import type { Dev } from '../../../src/dev/start-dev.js';
import type { TimelineEntry } from '../../../src/dev/timeline.js';
import { startAuthorWorld, type AuthorWorld } from '../../world/dev-world.js';

let author: AuthorWorld;
let dev: Dev;

beforeAll(async () => {
  author = await startAuthorWorld();
  dev = await author.dev();
}, 60_000);

afterAll(() => author.stop(), 60_000);

type Sent = Extract<TimelineEntry, { t: 'sent' }>;

function send(request: SendRequest): Sent {
  const [entry] = dev.control.send(request);
  if (entry?.t !== 'sent') throw new Error('nothing was sent');
  return entry;
}

/** As a workflow does it. */
async function call(method: string, body: JsonObject): Promise<JsonObject> {
  const { slack, installation } = dev.control.world;
  const response = await fetch(`${slack.apiUrl}${method}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${installation.botToken}`, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  const answer = (await response.json()) as JsonObject;
  expect(answer).toMatchObject({ ok: true });
  return answer;
}

function writerOf({ payload }: Sent): string {
  return stringAt(objectAt(payload, 'event'), 'user');
}

const BUTTON = { type: 'button', action_id: 'retry', text: { type: 'plain_text', text: 'Retry' } };
const FORM = {
  type: 'modal',
  callback_id: 'form',
  title: { type: 'plain_text', text: 'Form' },
  submit: { type: 'plain_text', text: 'Send' },
  blocks: [
    {
      type: 'input',
      block_id: 'b',
      label: { type: 'plain_text', text: 'Reason' },
      element: { type: 'plain_text_input', action_id: 'reason' },
    },
  ],
};

describe('Direct messages in `ak-slack dev`', () => {
  it('A message and a reaction in a direct message are those of its person', () => {
    const bob = writerOf(send({ kind: 'message', channel: 'general', user: 'bob' }));
    expect(send({ kind: 'message', channel: '@bob' })).toMatchObject({
      channel: 'a direct message',
      payload: { event: { user: bob, channel_type: 'im' } },
    });
    expect(writerOf(send({ kind: 'reaction', channel: '@bob' }))).toBe(bob);
  });

  it('Nobody else can do anything in a direct message', () => {
    const request = { kind: 'message', channel: '@bob', user: 'ann' } as const;
    expect(() => dev.control.send(request)).toThrow('only @bob sees this direct message with the bot');
  });

  it('A button in a direct message is pressed there, by its person', async () => {
    const bob = writerOf(send({ kind: 'message', channel: 'general', user: 'bob' }));
    const posted = await call('chat.postMessage', {
      channel: bob,
      text: 'It failed',
      blocks: [{ type: 'actions', elements: [BUTTON] }],
    });
    const click = { kind: 'click', action: 'retry' } as const;
    expect(send(click)).toMatchObject({
      channel: 'a direct message',
      payload: { user: { id: bob }, channel: { id: posted['channel'], name: 'directmessage' } },
    });
    expect(send({ ...click, channel: '@bob', user: '@bob' }).payload).toMatchObject({ user: { id: bob } });
    expect(() => dev.control.send({ ...click, user: 'ann' })).toThrow('only @bob sees');
    expect(() => dev.control.send({ ...click, channel: '@ann' })).toThrow('no message of a workflow has');
  });
});

describe('Modals in `ak-slack dev`', () => {
  it('A modal is submitted by the person for whom it was opened', async () => {
    const command = send({ kind: 'command', user: 'bob' });
    const trigger = stringAt(command.payload, 'trigger_id');
    await call('views.open', { trigger_id: trigger, view: FORM });
    const submit = { kind: 'modal', values: { reason: 'fire' } } as const;
    expect(send(submit).payload).toMatchObject({ user: { id: command.payload['user_id'] } });
    expect(() => dev.control.send({ ...submit, user: 'ann' })).toThrow('only @bob sees this modal');
  });
});
