import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { isJsonObject, objectAt, type JsonObject } from '../../../../src/core/json.js';
import type { Frame } from '../../../../src/sim/slack/frames/draft.js';
import { innerEvent } from '../../../../src/sim/slack/frames/event-callback.js';
import {
  appHomeOpened,
  appRateLimited,
  appUninstalled,
  reactionAdded,
  tokensRevoked,
} from '../../../../src/sim/slack/frames/happenings.js';
import {
  blockAction,
  interactive,
  messageAction,
  optionsRequest,
  shortcut,
  viewBlockAction,
  viewClosed,
  viewSubmission,
} from '../../../../src/sim/slack/frames/interactions.js';
import { appMention, message, ownEcho } from '../../../../src/sim/slack/frames/messages.js';
import { slashCommand } from '../../../../src/sim/slack/frames/slash-command.js';
import { Client } from './client.js';
import { stage } from './setup.js';

function documented(file: string): JsonObject {
  const path = new URL(`../../../data/payloads/${file}.json`, import.meta.url);
  return JSON.parse(readFileSync(path, 'utf8')) as JsonObject;
}

/** Every key with the kind of its value, level by level; lists by their first item. */
function shape(value: unknown): unknown {
  if (Array.isArray(value)) return value.length === 0 ? [] : [shape(value[0])];
  if (!isJsonObject(value)) return value === null ? 'null' : typeof value;
  return Object.fromEntries(
    Object.keys(value)
      .toSorted()
      .map((key) => [key, shape(value[key])]),
  );
}

const CASES: readonly (readonly [string, Frame])[] = [
  ['message.channels', message()],
  ['app_mention', appMention()],
  ['reaction_added', reactionAdded()],
  ['app_home_opened.messages_tab', appHomeOpened()],
  ['app_uninstalled', appUninstalled()],
  ['tokens_revoked', tokensRevoked()],
  ['app_rate_limited', appRateLimited()],
  ['slash_command', slashCommand()],
  ['interactive.block_actions.message', blockAction()],
  ['interactive.block_actions.view', viewBlockAction()],
  ['interactive.view_submission', viewSubmission()],
  ['interactive.view_closed', viewClosed()],
  ['interactive.shortcut', shortcut()],
  ['interactive.message_action', messageAction()],
  ['interactive.block_suggestion', optionsRequest()],
];

/** What reached a client. */
async function received(frame: Frame): Promise<JsonObject> {
  const { slack, installation, appToken } = await stage();
  const client = await Client.open(slack.apiUrl, appToken);
  slack.send(installation, frame);
  const envelope = await client.waitFor((each) => each.envelope_id !== undefined);
  await slack.ledger.allSettled();
  client.ws.terminate();
  return envelope;
}

/** Lists whose items differ from case to case are compared by what they are in, not by what is in them. */
function comparable(frame: JsonObject): unknown {
  const tokens = objectAt(objectAt(objectAt(frame, 'payload'), 'event'), 'tokens');
  if (tokens !== undefined) tokens.oauth = tokens.bot;
  return shape(frame);
}

describe('The frames of the scripted Slack', () => {
  it.each(CASES)('The frame %s has the fields that Slack sends', async (file, frame) => {
    const sent = await received(frame);
    // The mention's rich text starts with a user in the one and with text in the other.
    for (const each of [sent, documented(file)]) delete objectAt(objectAt(each, 'payload'), 'event')?.blocks;
    const expected = documented(file);
    delete objectAt(objectAt(expected, 'payload'), 'event')?.blocks;
    expect(comparable(sent)).toEqual(comparable(expected));
    expect(sent.accepts_response_payload).toBe(expected.accepts_response_payload);
    expect(sent.type).toBe(expected.type);
  });

  it('A frame may have any other content', async () => {
    const raw = await received(
      innerEvent({ type: 'channel_archive', channel: 'C1', user: 'U1', is_moved: 0 }),
    );
    expect(objectAt(raw, 'payload')?.event).toMatchObject({ type: 'channel_archive', is_moved: 0 });
    const legacy = await received(interactive({ type: 'dialog_submission', callback_id: 'x' }, true));
    expect(legacy).toMatchObject({ type: 'interactive', accepts_response_payload: true });
    const odd = await received(message({ event: { text: undefined, subtype: 'bot_message' } }));
    const event = objectAt(objectAt(odd, 'payload'), 'event');
    expect(event).toMatchObject({ subtype: 'bot_message' });
    expect(event).not.toHaveProperty('text');
  });

  it('A frame of a message says what kind of conversation it was', async () => {
    const { slack, workspace, installation } = await stage();
    for (const kind of ['group', 'im', 'mpim'] as const) {
      const channel = workspace.addChannel(kind, kind);
      const { payload } = slack.send(installation, message({ channel }));
      expect(payload.event).toMatchObject({ channel_type: kind, channel: channel.id });
    }
  });

  it('A frame can come from the bot itself', async () => {
    const { slack, app, installation } = await stage();
    const { payload } = slack.send(installation, ownEcho());
    expect(payload.event).toMatchObject({
      user: installation.botUser.id,
      bot_id: installation.botId,
      app_id: app.id,
    });
  });
});
