import type { JsonObject } from '../../../core/json.js';
import type { SlackChannel, SlackUser } from '../directory/entities.js';

/** A user as `users.*` give them to a token with these scopes. */
export function userJson(user: SlackUser, scopes: readonly string[]): JsonObject {
  return {
    id: user.id,
    team_id: user.teamId,
    name: user.name,
    deleted: false,
    real_name: user.realName,
    tz: 'Etc/UTC',
    profile: profileJson(user, scopes),
    is_admin: false,
    is_bot: user.isBot,
    is_app_user: false,
    updated: 1_760_000_000,
  };
}

/** The profile; its address needs a scope of its own (Slack: users:read.email). */
export function profileJson(user: SlackUser, scopes: readonly string[]): JsonObject {
  return {
    real_name: user.realName,
    display_name: user.name,
    real_name_normalized: user.realName,
    display_name_normalized: user.name,
    ...(scopes.includes('users:read.email') && user.email !== '' ? { email: user.email } : {}),
    status_text: '',
    status_emoji: '',
    team: user.teamId,
  };
}

/** A conversation as `conversations.*` give them. */
export function channelJson(channel: SlackChannel): JsonObject {
  return {
    id: channel.id,
    name: channel.name,
    name_normalized: channel.name,
    is_channel: channel.kind === 'channel',
    is_group: channel.kind === 'group',
    is_im: channel.kind === 'im',
    is_mpim: channel.kind === 'mpim',
    is_private: channel.kind !== 'channel',
    is_archived: channel.archived,
    is_general: channel.name === 'general',
    is_shared: false,
    is_org_shared: false,
    is_ext_shared: false,
    created: 1_760_000_000,
    context_team_id: channel.teamId,
    topic: { value: channel.topic, creator: '', last_set: 0 },
    purpose: { value: channel.purpose, creator: '', last_set: 0 },
    num_members: channel.members.size,
  };
}
