import { isJsonObject, objectAt, stringAt, type JsonObject, type JsonValue } from '../../../core/json.js';

/** One item of `errors`, as Slack has it beside `invalid_manifest`. */
export interface ManifestError extends JsonObject {
  message: string;
  pointer: string;
}

const TOP = new Set([
  '_metadata',
  'display_information',
  'features',
  'functions',
  'oauth_config',
  'outgoing_domains',
  'settings',
]);

// Slack, "App manifest reference".
const COMMAND = /^\/[\p{Ll}\p{N}\p{Lo}_-]{1,31}$/u;
const SCOPE = /^[a-z][a-z_.]*(?::[a-z][a-z_.]*)*$/;
const EVENT = /^[a-z][a-z_]*(?:\.[a-z_]+)?$/;

/** What Slack would say against a manifest; empty when it takes it. Source: Slack, "App manifest reference". */
export function manifestErrors(manifest: JsonObject): ManifestError[] {
  const errors: ManifestError[] = [];
  const say = (pointer: string, message: string): void => void errors.push({ message, pointer });
  for (const key of Object.keys(manifest)) if (!TOP.has(key)) say(`/${key}`, `Unsupported property: ${key}`);
  const shown = objectAt(manifest, 'display_information');
  checkText(say, '/display_information/name', stringAt(shown, 'name'), 1, 35);
  checkText(say, '/display_information/description', stringAt(shown, 'description'), 0, 140);
  checkFeatures(say, manifest);
  checkSettings(say, manifest);
  return errors;
}

type Say = (pointer: string, message: string) => void;

function checkText(say: Say, pointer: string, text: string, least: number, most: number): void {
  const { length } = Array.from(text);
  if (length < least) say(pointer, 'Must be provided');
  if (length > most) say(pointer, `Must not exceed ${most} characters`);
}

function checkFeatures(say: Say, manifest: JsonObject): void {
  const features = objectAt(manifest, 'features');
  const bot = objectAt(features, 'bot_user');
  if (bot !== undefined)
    checkText(say, '/features/bot_user/display_name', stringAt(bot, 'display_name'), 1, 80);
  const commands = listAt(features, 'slash_commands');
  if (commands.length > 50) say('/features/slash_commands', 'Must not have more than 50 items');
  const socketMode = objectAt(manifest, 'settings')?.['socket_mode_enabled'] === true;
  commands.forEach((item, index) => {
    const command = isJsonObject(item) ? item : {};
    const pointer = `/features/slash_commands/${index}`;
    if (!COMMAND.test(stringAt(command, 'command'))) say(`${pointer}/command`, 'Invalid slash command');
    checkText(say, `${pointer}/description`, stringAt(command, 'description'), 1, 2000);
    if (!socketMode && stringAt(command, 'url') === '')
      say(`${pointer}/url`, 'Slash commands require a URL or Socket Mode enabled');
  });
  const scopes = listAt(objectAt(objectAt(manifest, 'oauth_config'), 'scopes'), 'bot');
  if (scopes.length > 255) say('/oauth_config/scopes/bot', 'Must not have more than 255 items');
  scopes.forEach((scope, index) => {
    if (typeof scope !== 'string' || !SCOPE.test(scope))
      say(`/oauth_config/scopes/bot/${index}`, 'Invalid scope');
  });
  if (scopes.length > 0 && bot === undefined) say('/features/bot_user', 'Bot scopes require a bot user');
}

function checkSettings(say: Say, manifest: JsonObject): void {
  const settings = objectAt(manifest, 'settings');
  const socketMode = settings?.['socket_mode_enabled'] === true;
  const subscriptions = objectAt(settings, 'event_subscriptions');
  const events = listAt(subscriptions, 'bot_events');
  if (events.length > 100)
    say('/settings/event_subscriptions/bot_events', 'Must not have more than 100 items');
  events.forEach((event, index) => {
    if (typeof event !== 'string' || !EVENT.test(event))
      say(`/settings/event_subscriptions/bot_events/${index}`, 'Invalid event');
  });
  if (events.length > 0 && !socketMode && stringAt(subscriptions, 'request_url') === '')
    say(
      '/settings/event_subscriptions',
      'Event Subscription requires either Request URL or Socket Mode Enabled',
    );
  const interactivity = objectAt(settings, 'interactivity');
  if (interactivity?.['is_enabled'] === true && !socketMode && stringAt(interactivity, 'request_url') === '')
    say('/settings/interactivity', 'Interactivity requires a Request URL');
}

function listAt(object: JsonObject | undefined, key: string): JsonValue[] {
  const value = object?.[key];
  return Array.isArray(value) ? value : [];
}
