import type { SlackChannel } from '../directory/entities.js';
import { channelJson } from './entities-json.js';
import { refuseStranger } from './membership.js';
import {
  installationOf,
  refuse,
  text,
  type CheckedMethod,
  type MethodAnswer,
  type MethodCall,
  type MethodTable,
} from './method.js';
import { paged } from './pages.js';
import { channelsOf, usersOf, withChannel, workspaceOf } from './places.js';

const READ = ['channels:read', 'groups:read', 'im:read', 'mpim:read'];
const HISTORY = ['channels:history', 'groups:history', 'im:history', 'mpim:history'];
const MANAGE = ['channels:manage', 'groups:write', 'im:write', 'mpim:write'];
const NAME = /^[a-z0-9_-]{1,80}$/;

/** `conversations.*`. */
export const conversationMethods: MethodTable = {
  'conversations.list': {
    scopes: READ,
    run: (call) => paged(call.args, 'channels', channelsOf(call).map(channelJson)),
  },
  'conversations.info': {
    scopes: READ,
    run: (call) => withChannel(call, (channel) => ({ ok: true, channel: channelJson(channel) })),
  },
  'conversations.members': {
    scopes: READ,
    run: (call) =>
      withChannel(call, (channel) => ({
        ok: true,
        members: [...channel.members],
        response_metadata: { next_cursor: '' },
      })),
  },
  'conversations.history': {
    scopes: HISTORY,
    run: (call) =>
      withOwnChannel(call, (channel) => paged(call.args, 'messages', channel.messages.toReversed())),
  },
  'conversations.replies': {
    scopes: HISTORY,
    run: (call) =>
      withOwnChannel(call, (channel) => {
        const ts = text(call.args, 'ts');
        const thread = channel.messages.filter((message) => message.ts === ts || message.thread_ts === ts);
        return thread.length === 0 ? refuse('thread_not_found') : paged(call.args, 'messages', thread);
      }),
  },
  'conversations.create': {
    scopes: MANAGE,
    run(call) {
      const name = text(call.args, 'name');
      if (!NAME.test(name)) return refuse('invalid_name');
      if (channelsOf(call).some((channel) => channel.name === name)) return refuse('name_taken');
      const kind = ['true', '1'].includes(text(call.args, 'is_private')) ? 'group' : 'channel';
      const channel = workspaceOf(call)?.addChannel(name, kind);
      return channel === undefined ? refuse('missing_argument') : { ok: true, channel: channelJson(channel) };
    },
  },
  'conversations.open': {
    scopes: MANAGE,
    run(call) {
      const users = text(call.args, 'users')
        .split(',')
        .filter((id) => id !== '');
      const known = new Set(usersOf(call).map((user) => user.id));
      if (users.length === 0 || users.some((id) => !known.has(id))) return refuse('user_not_found');
      const name = users.join('-');
      const channel =
        channelsOf(call).find((each) => each.name === name) ??
        workspaceOf(call)?.addChannel(name, users.length === 1 ? 'im' : 'mpim');
      return channel === undefined ? refuse('missing_argument') : { ok: true, channel: { id: channel.id } };
    },
  },
  'conversations.join': changing((channel, call) => {
    if (channel.kind !== 'channel') return 'method_not_supported_for_channel_type';
    if (channel.archived) return 'is_archived';
    channel.members.add(installationOf(call)?.botUser.id ?? '');
    return undefined;
  }, 'strangers too'),
  'conversations.invite': changing((channel, call) => {
    const known = new Set(usersOf(call).map((user) => user.id));
    const users = text(call.args, 'users').split(',');
    if (users.some((id) => !known.has(id))) return 'user_not_found';
    for (const id of users) channel.members.add(id);
    return undefined;
  }),
  'conversations.kick': changing((channel, call) =>
    channel.members.delete(text(call.args, 'user')) ? undefined : 'not_in_channel',
  ),
  'conversations.rename': changing((channel, call) => {
    const name = text(call.args, 'name');
    if (!NAME.test(name)) return 'invalid_name';
    channel.name = name;
    return undefined;
  }),
  'conversations.setTopic': changing((channel, call) => {
    channel.topic = text(call.args, 'topic');
    return undefined;
  }),
  'conversations.setPurpose': changing((channel, call) => {
    channel.purpose = text(call.args, 'purpose');
    return undefined;
  }),
  'conversations.archive': changing((channel) => {
    if (channel.archived) return 'already_archived';
    channel.archived = true;
    return undefined;
  }),
  'conversations.unarchive': changing((channel) => {
    if (!channel.archived) return 'not_archived';
    channel.archived = false;
    return undefined;
  }),
};

/**
 * A method that changes one channel and gives it back; `change` returns Slack's error, if there is one. Only members may, unless
 * it is said otherwise.
 */
function changing(
  change: (channel: SlackChannel, call: MethodCall) => string | undefined,
  who?: 'strangers too',
): CheckedMethod {
  const within = who === undefined ? withOwnChannel : withChannel;
  return {
    scopes: MANAGE,
    run: (call) =>
      within(call, (channel) => {
        const error = change(channel, call);
        return error === undefined ? { ok: true, channel: channelJson(channel) } : refuse(error);
      }),
  };
}

/** Runs `found` on the channel that `channel` names, if the bot is in it. */
function withOwnChannel(call: MethodCall, found: (channel: SlackChannel) => MethodAnswer): MethodAnswer {
  return withChannel(call, (channel) => refuseStranger(call, channel) ?? found(channel));
}
