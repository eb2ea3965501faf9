import type { JsonObject } from '../../../core/json.js';
import type { SlackChannel } from '../directory/entities.js';
import { structureAt } from './arguments.js';
import { blockErrors } from './block-rules.js';
import { withIds } from './block-ids.js';
import { refuseStranger } from './membership.js';
import { workspacesOf } from './places.js';
import {
  installationOf,
  refuse,
  text,
  type MethodAnswer,
  type MethodCall,
  type MethodPorts,
  type MethodTable,
} from './method.js';

/** Longer texts are refused with `msg_too_long` (Slack: chat.postMessage, truncating content). */
const LONGEST_TEXT = 40_000;
/** Slack: chat.postMessage, `too_many_attachments`. */
const MOST_ATTACHMENTS = 100;

/** `chat.*`: messages are kept in their channel. */
export const chatMethods: MethodTable = {
  'chat.postMessage': {
    scopes: ['chat:write'],
    run(call, ports) {
      const channel = target(call, ports);
      if (channel === undefined) return refuse('channel_not_found');
      if (channel.archived) return refuse('is_archived');
      // With chat:write.public a bot posts into every public channel.
      const isOpen = channel.kind === 'channel' && call.token.scopes.includes('chat:write.public');
      const stranger = isOpen ? undefined : refuseStranger(call, channel);
      if (stranger !== undefined) return stranger;
      const composed = compose(call, ports);
      if (!composed.ok) return composed.answer;
      const { message } = composed;
      channel.messages.push(message);
      return { ok: true, channel: channel.id, ts: message.ts, message };
    },
  },
  'chat.postEphemeral': {
    scopes: ['chat:write'],
    run(call, ports) {
      const channel = target(call, ports);
      if (channel === undefined) return refuse('channel_not_found');
      if (channel.archived) return refuse('is_archived');
      const stranger = refuseStranger(call, channel);
      if (stranger !== undefined) return stranger;
      const user = text(call.args, 'user');
      if (!channel.members.has(user) && channel.name !== user) return refuse('user_not_in_channel');
      const composed = compose(call, ports);
      return composed.ok ? { ok: true, message_ts: composed.message.ts } : composed.answer;
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
      if (!isOwn(call, before)) return refuse('cant_update_message');
      const composed = compose(call, ports);
      if (!composed.ok) return composed.answer;
      const after = composed.message;
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
      const message = channel.messages[at];
      if (message === undefined) return refuse('message_not_found');
      if (!isOwn(call, message)) return refuse('cant_delete_message');
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

/** Bots change and delete only what they have posted themselves. */
function isOwn(call: MethodCall, message: JsonObject): boolean {
  return message.bot_id === installationOf(call)?.botId;
}

type Composed =
  { readonly ok: true; readonly message: JsonObject } | { readonly ok: false; readonly answer: MethodAnswer };

/** The message as Slack stores it, or Slack's refusal. */
function compose(call: MethodCall, { timestamps, ids }: MethodPorts): Composed {
  const { args } = call;
  const no = (error: string, more?: JsonObject): Composed => ({ ok: false, answer: refuse(error, more) });
  const installation = installationOf(call);
  const blocks = structureAt(args, 'blocks');
  const attachments = structureAt(args, 'attachments');
  const words = text(args, 'text');
  const hasBlocks = args.blocks !== undefined && args.blocks !== '';
  if (hasBlocks && !Array.isArray(blocks)) return no('invalid_blocks_format');
  const shown = Array.isArray(blocks) ? blocks : [];
  const errors = blockErrors(shown, 'message');
  if (errors.length > 0)
    return no('invalid_blocks', { errors: errors.map(plain), response_metadata: { messages: errors } });
  if (Array.isArray(attachments) && attachments.length > MOST_ATTACHMENTS) return no('too_many_attachments');
  if (words === '' && shown.length === 0 && attachments === undefined) return no('no_text');
  if (words.length > LONGEST_TEXT) return no('msg_too_long');
  const threadTs = text(args, 'thread_ts');
  const message: JsonObject = {
    type: 'message',
    user: installation?.botUser.id,
    bot_id: installation?.botId,
    app_id: call.token.app.id,
    text: words,
    team: installation?.workspace?.id ?? installation?.organization?.id,
    ts: timestamps.next(),
    ...(shown.length === 0 ? {} : { blocks: withIds(shown, ids) }),
    ...(attachments === undefined ? {} : { attachments }),
    ...(threadTs === '' ? {} : { thread_ts: threadTs }),
  };
  return { ok: true, message };
}

/** An error as `errors` has it: without its level. */
function plain(message: string): string {
  return message.replace('[ERROR] ', '');
}
