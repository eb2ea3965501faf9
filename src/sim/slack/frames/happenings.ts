import type { JsonObject } from '../../../core/json.js';
import { channelOf, userOf, type Frame, type Scene } from './draft.js';
import { eventCallback } from './event-callback.js';

export interface ReactionOptions extends Scene {
  readonly reaction?: string;
  /** The message that it is for. */
  readonly messageTs?: string;
  readonly event?: JsonObject;
}

export function reactionAdded(options: ReactionOptions = {}): Frame {
  return (context) => {
    const user = userOf(context, options).id;
    const messageTs = options.messageTs ?? context.timestamp();
    return eventCallback(context, {
      type: 'reaction_added',
      user,
      reaction: options.reaction ?? 'thumbsup',
      item: { type: 'message', channel: channelOf(context, options).id, ts: messageTs },
      item_user: user,
      ...options.event,
    });
  };
}

export function appHomeOpened(options: Scene = {}): Frame {
  return (context) =>
    eventCallback(context, {
      type: 'app_home_opened',
      user: userOf(context, options).id,
      channel: context.ids.object('D'),
      tab: 'home',
    });
}

/** The installation is gone; the order with `tokensRevoked` is not promised. */
export function appUninstalled(): Frame {
  return (context) => eventCallback(context, { type: 'app_uninstalled' });
}

/** The lists hold ids of users, not tokens, and there is no authorization around it. */
export function tokensRevoked(): Frame {
  return (context) =>
    eventCallback(
      context,
      { type: 'tokens_revoked', tokens: { oauth: [], bot: [context.installation.botUser.id] } },
      { outer: { authorizations: undefined } },
    );
}

/** Slack is dropping events of this workspace: no inner event, no event_id (Slack: Events API, rate limiting). */
export function appRateLimited(): Frame {
  return (context) => ({
    kind: 'events_api',
    type: 'app_rate_limited',
    key: '',
    acceptsResponsePayload: false,
    payload: {
      token: context.verificationToken,
      team_id: context.workspace.id,
      minute_rate_limited: Math.floor(context.now / 60_000) * 60,
      api_app_id: context.installation.app.id,
      type: 'app_rate_limited',
    },
  });
}
