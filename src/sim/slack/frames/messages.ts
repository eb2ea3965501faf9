import type { JsonObject } from '../../../core/json.js';
import { channelOf, userOf, type Frame, type FrameContext, type Scene } from './draft.js';
import { eventCallback } from './event-callback.js';

export interface MessageOptions extends Scene {
  readonly text?: string;
  readonly threadTs?: string;
  /** Fields put over those of the event; `undefined` removes one. */
  readonly event?: JsonObject;
}

/** A message in a channel of any kind: the channel's own kind becomes `channel_type`. */
export function message(options: MessageOptions = {}): Frame {
  return (context) => {
    const channel = channelOf(context, options);
    return eventCallback(context, {
      ...posted(context, 'message', options),
      channel_type: channel.kind,
      ...options.event,
    });
  };
}

/** Somebody names the bot; Slack sends a `message` with the same `ts` besides, if the app subscribes to those. */
export function appMention(options: MessageOptions = {}): Frame {
  return (context) => {
    const text = `<@${context.installation.botUser.id}> ${options.text ?? 'hello'}`;
    return eventCallback(context, {
      ...posted(context, 'app_mention', { ...options, text }),
      ...options.event,
    });
  };
}

/** The bot's own message, as it comes back to the app that posted it. */
export function ownEcho(options: MessageOptions = {}): Frame {
  return (context) => {
    const { installation } = context;
    return message({
      ...options,
      user: installation.botUser,
      event: { bot_id: installation.botId, app_id: installation.app.id, ...options.event },
    })(context);
  };
}

function posted(context: FrameContext, type: string, options: MessageOptions): JsonObject {
  const ts = context.timestamp();
  const text = options.text ?? 'hello world';
  return {
    user: userOf(context, options).id,
    type,
    ts,
    client_msg_id: context.ids.uuid(),
    text,
    team: context.workspace.id,
    blocks: [
      {
        type: 'rich_text',
        block_id: context.ids.secret(5),
        elements: [{ type: 'rich_text_section', elements: [{ type: 'text', text }] }],
      },
    ],
    channel: channelOf(context, options).id,
    event_ts: ts,
    ...(options.threadTs === undefined ? {} : { thread_ts: options.threadTs }),
  };
}
