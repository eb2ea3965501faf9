import type { JsonObject } from '../../../core/json.js';
import type { SlackChannel } from '../directory/entities.js';
import { structureAt } from './arguments.js';
import { workspacesOf } from './places.js';
import {
  installationOf,
  refuse,
  text,
  type MethodCall,
  type MethodPorts,
  type MethodTable,
} from './method.js';

/** Longer texts are refused with `msg_too_long` (Slack: chat.postMessage, truncating content). */
const LONGEST_TEXT = 40_000;

/** `chat.*`: messages are kept in their channel. */
export const chatMethods: MethodTable = {
  'chat.postMessage': {
    scopes: ['chat:write'],
    run(call, ports) {
      const channel = target(call, ports);
      if (channel === undefined) return refuse('channel_not_found');
      if (channel.archived) return refuse('is_archived');
      const message = compose(call, ports);
      if (typeof message === 'string') return refuse(message);
      channel.messages.push(message);
      return { ok: true, channel: channel.id, ts: message.ts, message };
    },
  },
  'chat.postEphemeral': {
    scopes: ['chat:write'],
    run(call, ports) {
      if (target(call, ports) === undefined) return refuse('channel_not_found');
      if (text(call.args, 'user') === '') return refuse('user_not_in_channel');
      const message = compose(call, ports);
      return typeof message === 'string' ? refuse(message) : { ok: true, message_ts: message.ts };
    },
  },
  'chat.update': {
    scopes: ['chat:write'],
    run(call, ports) {
      const channel = target(call, ports);
      if (channel === undefined) return refuse('channel_not_found');
      const ts = text(call.args, 'ts');
      const at = channel.messages.findIndex((message) => message.ts === ts);
      const before = channel.messages[at];
      if (before === undefined) return refuse('message_not_found');
      const after = compose(call, ports);
      if (typeof after === 'string') return refuse(after);
      const message: JsonObject = { ...before, ...after, ts, edited: { user: after.user, ts: after.ts } };
      channel.messages[at] = message;
      return { ok: true, channel: channel.id, ts, text: message.text, message };
    },
  },
  'chat.delete': {
    scopes: ['chat:write'],
    run(call, ports) {
      const channel = target(call, ports);
      if (channel === undefined) return refuse('channel_not_found');
      const ts = text(call.args, 'ts');
      const at = channel.messages.findIndex((message) => message.ts === ts);
      if (at < 0) return refuse('message_not_found');
      channel.messages.splice(at, 1);
      return { ok: true, channel: channel.id, ts };
    },
  },
  'chat.getPermalink': {
    run(call, ports) {
      const channel = target(call, ports);
      if (channel === undefined) return refuse('channel_not_found');
      const ts = text(call.args, 'message_ts');
      const domain = ports.directory.workspace(channel.teamId)?.domain ?? '';
      const permalink = `https://${domain}.slack.com/archives/${channel.id}/p${ts.replace('.', '')}`;
      return { ok: true, channel: channel.id, permalink };
    },
  },
};

/** Slack takes a channel's id or name, or a person's id for a direct message. */
function target(call: MethodCall, { directory }: MethodPorts): SlackChannel | undefined {
  const name = text(call.args, 'channel');
  const found = directory.channel(name);
  if (found !== undefined) return found;
  for (const workspace of workspacesOf(call)) {
    const channel = workspace.channels.find((each) => each.name === name.replace(/^#/, ''));
    if (channel !== undefined) return channel;
    if (workspace.users.some((user) => user.id === name))
      return workspace.channels.find((each) => each.name === name) ?? workspace.addChannel(name, 'im');
  }
  return undefined;
}

/** The message as Slack stores it, or Slack's error. */
function compose(call: MethodCall, { timestamps }: MethodPorts): JsonObject | string {
  const { args } = call;
  const installation = installationOf(call);
  const blocks = structureAt(args, 'blocks');
  const attachments = structureAt(args, 'attachments');
  const words = text(args, 'text');
  if (args.blocks !== undefined && args.blocks !== '' && !Array.isArray(blocks))
    return 'invalid_blocks_format';
  if (words === '' && blocks === undefined && attachments === undefined) return 'no_text';
  if (words.length > LONGEST_TEXT) return 'msg_too_long';
  const threadTs = text(args, 'thread_ts');
  return {
    type: 'message',
    user: installation?.botUser.id,
    bot_id: installation?.botId,
    app_id: call.token.app.id,
    text: words,
    team: installation?.workspace?.id ?? installation?.organization?.id,
    ts: timestamps.next(),
    ...(blocks === undefined ? {} : { blocks }),
    ...(attachments === undefined ? {} : { attachments }),
    ...(threadTs === '' ? {} : { thread_ts: threadTs }),
  };
}
