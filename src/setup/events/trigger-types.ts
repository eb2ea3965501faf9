import { takesAll } from '../../autokitteh/trigger-match.js';
import { EVENT_SCOPES } from '../../browser/event-scopes.js';

const CHANNEL_TYPES: ReadonlyMap<string, string> = new Map(
  Object.entries({
    'message.channels': 'channel',
    'message.groups': 'group',
    'message.im': 'im',
    'message.mpim': 'mpim',
    'message.app_home': 'app_home',
  }),
);

const SCOPES: ReadonlyMap<string, readonly string[]> = new Map(Object.entries(EVENT_SCOPES));

const SUBTYPES: ReadonlySet<string> = new Set(
  (
    'bot_message me_message file_share message_changed message_deleted message_replied thread_broadcast channel_join ' +
    'channel_leave channel_topic channel_purpose channel_name group_join group_leave bot_add bot_remove'
  ).split(' '),
);

const INTERACTIONS: ReadonlySet<string> = new Set(
  (
    'block_actions view_submission view_closed block_suggestion shortcut message_action interactive_message ' +
    'dialog_submission'
  ).split(' '),
);

/** What a trigger should say instead of a type that no event ever has; undefined where the type is one. */
export function insteadOf(eventType: string): string | undefined {
  const channelType = CHANNEL_TYPES.get(eventType);
  if (channelType !== undefined) return written('message', `data.channel_type == "${channelType}"`);
  if (SUBTYPES.has(eventType)) return written('message', `data.subtype == "${eventType}"`);
  if (INTERACTIONS.has(eventType)) return written('interaction', `data.type == "${eventType}"`);
  if (eventType.startsWith('/')) return written('slash_command', `data.command == "${eventType}"`);
  if (['slash_commands', 'command'].includes(eventType)) return 'Write `event_type: slash_command`.';
  if (['interactive', 'interactions', 'interactivity'].includes(eventType))
    return 'Write `event_type: interaction`.';
  if (['mention', 'app_mentions'].includes(eventType)) return 'Write `event_type: app_mention`.';
  return undefined;
}

function written(eventType: string, filter: string): string {
  return `Write \`event_type: ${eventType}\` with \`filter: ${filter}\`.`;
}

/** Whether Slack sends bots events of this type, as far as this program knows. */
export function isKnownType(eventType: string): boolean {
  return ['message', 'slash_command', 'interaction'].includes(eventType) || SCOPES.has(eventType);
}

/** Scopes of which a bot needs one to get events of this type; none where it needs none. */
export function scopesFor(eventType: string): readonly string[] {
  if (eventType === 'slash_command') return ['commands'];
  return subscriptionsFor(eventType).flatMap((event) => scopesOf(event));
}

/** Subscriptions of the Slack app of which one brings events of this type; none for what needs none. */
export function subscriptionsFor(eventType: string): readonly string[] {
  if (eventType === 'message')
    return [...CHANNEL_TYPES.keys()].filter((event) => event !== 'message.app_home');
  return ['slash_command', 'interaction'].includes(eventType) ? [] : [eventType];
}

function scopesOf(event: string): readonly string[] {
  return SCOPES.get(event) ?? [];
}

/** Whether such events come only from channels that the bot is in. */
export function comesFromChannels(eventType: string): boolean {
  const isOfChannels = /^(?:message|app_mention|reaction_|pin_|file_|link_shared|member_)/.test(eventType);
  return takesAll(eventType) || isOfChannels;
}
