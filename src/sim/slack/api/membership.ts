import type { SlackChannel } from '../directory/entities.js';
import { installationOf, refuse, type MethodAnswer, type MethodCall } from './method.js';

/** Whether the bot is in the channel. */
export function isMember(call: MethodCall, channel: SlackChannel): boolean {
  const bot = installationOf(call)?.botUser.id;
  return channel.kind === 'im' || (bot !== undefined && channel.members.has(bot));
}

/**
 * Slack's answer to a bot that may not do this in a channel, or nothing: of private channels that it is not in it does not even
 * learn that they exist (Slack: `channel_not_found` and `not_in_channel` of the methods).
 */
export function refuseStranger(call: MethodCall, channel: SlackChannel): MethodAnswer | undefined {
  if (isMember(call, channel)) return undefined;
  return refuse(channel.kind === 'channel' ? 'not_in_channel' : 'channel_not_found');
}
