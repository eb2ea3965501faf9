import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../../../src/core/json.js';
import { isBotsDoing, type Bot } from '../../../src/events/actor.js';
import { classify } from '../../../src/events/classify.js';
import { parseFrame } from '../../../src/slack/envelope.js';
import { envelopeSource } from '../../helpers/envelope-source.js';
import { readCase } from './cases.js';
import { wrap, wrapEvent } from './frames.js';

const BOT: Bot = { appId: 'A1', botUserId: 'UBOT', botId: 'BBOT' };

/** Whether a frame tells what the bot itself did. */
function isOwn(text: string, bot: Bot = BOT): boolean {
  const frame = parseFrame(text, envelopeSource(bot.appId));
  if (frame.t !== 'envelope') throw new Error('not a frame that holds an event');
  const found = classify(frame.envelope);
  if (found.drop !== undefined) throw new Error(`dropped as ${found.drop}`);
  return found.actor !== undefined && isBotsDoing(found.actor, bot);
}

function isOwnEvent(event: JsonObject, around: JsonObject = {}): boolean {
  return isOwn(wrapEvent(event, around));
}

describe('The actor of an event', () => {
  it.each([
    ['authorized-person', [false, false, false, true]],
    ['own-message-without-user', [true, true]],
    ['own-membership-and-channels', [false, false, false]],
    ['reply-under-own-message', [false]],
  ])('An event is the app’s own if its bot did it, in the case %s', (name, expected) => {
    const { bot, texts } = readCase(name);
    expect(texts.map((text) => isOwn(text, bot))).toEqual(expected);
  });

  it('An event is judged by who acted and not by who may see it', () => {
    const authorizations = (user: string): JsonObject => ({
      authorizations: [{ team_id: 'T1', user_id: user, is_bot: false }],
    });
    const person: JsonObject = { type: 'reaction_added', user: 'U1', item_user: 'UBOT' };
    expect(isOwnEvent(person, authorizations('U1'))).toBe(false);
    expect(isOwnEvent({ ...person, user: 'UBOT' }, authorizations('U1'))).toBe(true);
    expect(isOwnEvent({ ...person, user: 'UBOT' }, { authorizations: [] })).toBe(true);
  });

  const message = (more: JsonObject): JsonObject => ({ type: 'message', channel: 'C1', ...more });
  const changed = (inner: JsonObject): JsonObject =>
    message({ subtype: 'message_changed', hidden: true, message: inner });

  it.each<[string, JsonObject]>([
    ['its message', message({ user: 'UBOT' })],
    ['its message under another name', message({ subtype: 'bot_message', bot_id: 'BBOT' })],
    ['its message, known by the app alone', message({ subtype: 'bot_message', bot_id: 'B9', app_id: 'A1' })],
    ['its message, known by the profile alone', message({ bot_profile: { id: 'B9', app_id: 'A1' } })],
    ['its message in a person’s name', message({ user: 'U1', bot_id: 'BBOT', app_id: 'A1' })],
    ['its reply, also sent to the channel', message({ subtype: 'thread_broadcast', user: 'UBOT' })],
    ['its new topic', message({ subtype: 'channel_topic', user: 'UBOT', topic: 'x' })],
    ['its edit', changed({ user: 'UBOT', edited: { user: 'UBOT' } })],
    ['its edit, told with the bot’s id', changed({ bot_id: 'B9', edited: { user: 'BBOT' } })],
    ['its edit of a person’s message', changed({ user: 'U1', edited: { user: 'UBOT' } })],
    ['a change of its message by nobody', changed({ user: 'UBOT' })],
    [
      'its reply in a thread',
      message({
        subtype: 'message_replied',
        message: {
          user: 'U1',
          replies: [
            { user: 'UBOT', ts: '3.1' },
            { user: 'U1', ts: '2.1' },
          ],
        },
      }),
    ],
    [
      'its reply, the only one',
      message({ subtype: 'message_replied', message: { user: 'U1', reply_users: ['UBOT'] } }),
    ],
    ['its bringing in another bot', message({ subtype: 'bot_add', user: 'UBOT', bot_id: 'B9' })],
    ['its mention of itself', { type: 'app_mention', user: 'UBOT' }],
    ['its mention under another name', { type: 'app_mention', bot_id: 'BBOT' }],
    ['its message with metadata', { type: 'message_metadata_posted', user_id: 'U1', app_id: 'A1' }],
    ['its reaction', { type: 'reaction_added', user: 'UBOT' }],
    ['its archiving', { type: 'channel_archive', user: 'UBOT' }],
    ['its unarchiving', { type: 'group_unarchive', actor_id: 'UBOT' }],
    ['its deleting', { type: 'channel_deleted', actor_id: 'UBOT' }],
    ['its new channel', { type: 'channel_created', channel: { creator: 'UBOT' } }],
    ['its new group of users', { type: 'subteam_created', subteam: { created_by: 'UBOT' } }],
    ['its change of a group of users', { type: 'subteam_updated', subteam: { updated_by: 'UBOT' } }],
    ['its file', { type: 'file_shared', user_id: 'UBOT' }],
    ['its pin', { type: 'pin_added', user: 'UBOT', item_user: 'U1' }],
  ])('An event is the app’s own: %s', (_, event) => {
    expect(isOwnEvent(event)).toBe(true);
  });

  it.each<[string, JsonObject]>([
    ['a person’s message', message({ user: 'U1' })],
    ['another app’s message', message({ subtype: 'bot_message', bot_id: 'B9', app_id: 'A9' })],
    ['a message that names nobody', message({})],
    ['a message with a broken author', message({ user: { id: 'UBOT' }, bot_id: null })],
    ['a person’s edit of its message', changed({ user: 'UBOT', app_id: 'A1', edited: { user: 'U1' } })],
    [
      'the deletion of its message',
      message({ subtype: 'message_deleted', previous_message: { user: 'UBOT' } }),
    ],
    ['a reply under its message', message({ subtype: 'message_replied', message: { user: 'UBOT' } })],
    [
      'a reply after its own in a thread',
      message({
        subtype: 'message_replied',
        message: {
          user: 'UBOT',
          reply_users: ['UBOT', 'U1'],
          replies: [
            { user: 'UBOT', ts: '2.1' },
            { user: 'U1', ts: '3.1' },
          ],
        },
      }),
    ],
    ['its being added', message({ subtype: 'bot_add', user: 'U1', bot_id: 'BBOT' })],
    ['its being removed', message({ subtype: 'bot_remove', user: 'U1', bot_id: 'BBOT' })],
    ['the line about its joining', message({ subtype: 'channel_join', user: 'UBOT', inviter: 'U1' })],
    ['the line about its leaving', message({ subtype: 'group_leave', user: 'UBOT' })],
    ['its joining', { type: 'member_joined_channel', user: 'UBOT' }],
    ['its being invited', { type: 'member_joined_channel', user: 'UBOT', inviter: 'U1' }],
    ['a person whom it invited', { type: 'member_joined_channel', user: 'U1', inviter: 'UBOT' }],
    ['its leaving', { type: 'member_left_channel', user: 'UBOT' }],
    ['its leaving, told to itself', { type: 'channel_left', actor_id: 'UBOT' }],
    ['its leaving a private channel', { type: 'group_left', actor_id: 'UBOT' }],
    ['a renaming of its channel', { type: 'channel_rename', channel: { creator: 'UBOT' } }],
    ['a renaming of its private channel', { type: 'group_rename', channel: { creator: 'UBOT' } }],
    ['a person’s archiving of its channel', { type: 'channel_archive', user: 'U1', creator: 'UBOT' }],
    ['a visit to its home', { type: 'app_home_opened', user: 'UBOT' }],
    ['its removal', { type: 'app_uninstalled' }],
    ['a change of its profile', { type: 'user_change', user: { id: 'UBOT' } }],
    ['a reaction to its message', { type: 'reaction_added', user: 'U1', item_user: 'UBOT' }],
    ['the loss of its message’s metadata', { type: 'message_metadata_deleted', user_id: 'UBOT' }],
    ['a notice without an event', { type: 'app_rate_limited', team_id: 'T1' }],
  ])('An event is not the app’s own: %s', (_, event) => {
    expect(isOwnEvent(event)).toBe(false);
  });

  it('An event is nobody’s own where Slack has not told all ids of the bot', () => {
    const blank: Bot = { appId: '', botUserId: '', botId: '' };
    const frame = parseFrame(wrapEvent(message({})), envelopeSource('A1'));
    if (frame.t !== 'envelope') throw new Error('not a frame that holds an event');
    const found = classify(frame.envelope);
    expect(found.drop === undefined && found.actor && isBotsDoing(found.actor, blank)).toBe(false);
  });

  it('Interactions and slash commands are never the app’s own', () => {
    const payload = {
      user_id: 'UBOT',
      user: { id: 'UBOT' },
      team_id: 'T1',
      team: { id: 'T1' },
      trigger_id: '1',
    };
    expect(isOwn(wrap('slash_commands', payload))).toBe(false);
    expect(isOwn(wrap('interactive', { ...payload, type: 'block_actions' }))).toBe(false);
  });
});
