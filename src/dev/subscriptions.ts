import { isJsonObject, objectAt, stringAt, type JsonObject } from '../core/json.js';
import type { LedgerEntry } from '../sim/slack/sending/ledger-entry.js';

const PLURALS: Readonly<Record<string, string>> = {
  channel: 'channels',
  group: 'groups',
  im: 'im',
  mpim: 'mpim',
};

// Slack: Events API; an app gets these without a subscription.
const ALWAYS_SENT = new Set(['app_rate_limited', 'app_uninstalled', 'tokens_revoked']);

/** The Events API types that an app's manifest subscribes to. */
export function subscriptionsOf(manifest: JsonObject): readonly string[] {
  const events = objectAt(objectAt(manifest, 'settings'), 'event_subscriptions')?.['bot_events'];
  return Array.isArray(events) ? events.filter((each) => typeof each === 'string') : [];
}

/** The slash commands of an app's manifest. */
export function commandsOf(manifest: JsonObject): readonly string[] {
  const commands = objectAt(manifest, 'features')?.['slash_commands'];
  if (!Array.isArray(commands)) return [];
  return commands.map((each) => stringAt(isJsonObject(each) ? each : undefined, 'command'));
}

/** What an app subscribes to in order to get events of a type: messages are told apart by the kind of their channel. */
export function subscriptionTo(type: string, channelType: string): string {
  const plural = PLURALS[channelType];
  return type === 'message' && plural !== undefined ? `message.${plural}` : type;
}

/** Why Slack would not send this to an app with this manifest; undefined where it would. */
export function whyNotSent(
  { kind, type, payload }: Pick<LedgerEntry, 'kind' | 'type' | 'payload'>,
  manifest: JsonObject,
): string | undefined {
  if (kind === 'slash_commands') {
    const commands = commandsOf(manifest);
    if (commands.includes(type)) return undefined;
    return `The app has no slash command ${type} (it has: ${commands.join(', ') || 'none'}). Slack sends it once your app has it.`;
  }
  if (kind !== 'events_api' || ALWAYS_SENT.has(type)) return undefined;
  const wanted = subscriptionTo(type, stringAt(objectAt(payload, 'event'), 'channel_type'));
  if (subscriptionsOf(manifest).includes(wanted)) return undefined;
  return `The app does not subscribe to ${wanted}. Slack sends it once your app does.`;
}
