import type { InnerEvent } from './frame.js';
import { objectAt, stringAt, type ExactObject } from '../core/json.js';

/** Who did what an event tells, as far as the event names them; what it does not name is empty. */
export interface Actor {
  readonly userId: string;
  readonly botId: string;
  /** The app that posted a message. */
  readonly appId: string;
}

/** A bot as Slack tells it for a bot token. */
export interface Bot {
  readonly appId: string;
  readonly botUserId: string;
  readonly botId: string;
}

/** Whether this bot is the one who acted. */
export function isBotsDoing(actor: Actor, bot: Bot): boolean {
  return (
    isSame(actor.userId, bot.botUserId) || isSame(actor.botId, bot.botId) || isSame(actor.appId, bot.appId)
  );
}

/**
 * Who did what an event tells, or undefined where the event does not say. To whom it was done, under whose message, and
 * who may see the event (`authorizations`) is never an actor.
 */
export function actorOf({ eventType, event }: InnerEvent): Actor | undefined {
  switch (eventType) {
    case 'message':
      return messageActor(event);
    case 'app_mention':
    case 'message_metadata_posted':
    case 'message_metadata_updated':
      return author(event);
    case 'channel_created':
      return person(stringAt(objectAt(event, 'channel'), 'creator'));
    case 'subteam_created':
      return person(stringAt(objectAt(event, 'subteam'), 'created_by'));
    case 'subteam_updated':
      return person(stringAt(objectAt(event, 'subteam'), 'updated_by'));
    // Slack does not say who renamed, nor who deleted. Of those who come and go it says who came or went, and not by whom.
    case 'channel_rename':
    case 'group_rename':
    case 'message_metadata_deleted':
    case 'member_joined_channel':
    case 'member_left_channel':
    case 'channel_left':
    case 'group_left':
    case 'app_home_opened':
      return undefined;
    default:
      return person(stringAt(event, 'actor_id') || stringAt(event, 'user') || stringAt(event, 'user_id'));
  }
}

function messageActor(event: ExactObject): Actor | undefined {
  const message = objectAt(event, 'message');
  switch (stringAt(event, 'subtype')) {
    case 'message_changed':
      return person(stringAt(objectAt(message, 'edited'), 'user')) ?? author(message);
    case 'message_replied':
      return person(replier(message));
    // Slack does not say who deleted it, or who made somebody come or go.
    case 'message_deleted':
    case 'channel_join':
    case 'channel_leave':
    case 'group_join':
    case 'group_leave':
      return undefined;
    // `bot_id` is the bot to whom it was done.
    case 'bot_add':
    case 'bot_remove':
    case 'bot_enable':
    case 'bot_disable':
      return person(stringAt(event, 'user'));
    default:
      return author(event);
  }
}

function author(message: ExactObject | undefined): Actor {
  const profile = objectAt(message, 'bot_profile');
  return {
    userId: stringAt(message, 'user') || stringAt(message, 'user_id'),
    botId: stringAt(message, 'bot_id') || stringAt(profile, 'id'),
    appId: stringAt(message, 'app_id') || stringAt(profile, 'app_id'),
  };
}

/** Slack names some bots by their bot id where it names people by their user id. */
function person(id: string): Actor | undefined {
  return id === '' ? undefined : { userId: id, botId: id, appId: '' };
}

/** The author of the newest reply of a thread whose first message this is. */
function replier(parent: ExactObject | undefined): string {
  const replies = parent?.['replies'];
  if (Array.isArray(replies)) {
    const times = replies.map((reply) => stringAt(objectAt({ reply }, 'reply'), 'ts'));
    const newest = times.reduce((best, time, index) => (time > (times[best] ?? '') ? index : best), 0);
    return stringAt(objectAt({ reply: replies[newest] }, 'reply'), 'user');
  }
  const users = parent?.['reply_users'];
  const [only] = Array.isArray(users) && users.length === 1 ? users : [];
  return typeof only === 'string' ? only : '';
}

function isSame(acting: string, bots: string): boolean {
  return acting !== '' && acting === bots;
}
