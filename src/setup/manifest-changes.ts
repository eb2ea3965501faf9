import { isJsonObject, objectAt, stringAt, type JsonObject, type JsonValue } from '../core/json.js';
import type { AppManifest } from '../browser/app-manifest.js';

/** An app's manifest with the proposed changes, and what they are. */
export interface ManifestChanges {
  readonly manifest: JsonObject;
  /** A sentence for each change; none when there is nothing to change. */
  readonly lines: readonly string[];
  /** What a person should know of settings that are left as they are. */
  readonly warnings: readonly string[];
}

/**
 * What `wanted` changes of an app that Slack exported as `current`. Only what the page proposes is changed, and only so that
 * more works: scopes, events and commands are added, none is taken away. Names, and commands that the app has, change where a
 * person edited them, so that `wanted` differs from `proposed`.
 */
export function changesTo(current: JsonObject, wanted: AppManifest, proposed: AppManifest): ManifestChanges {
  const manifest = structuredClone(current);
  const lines: string[] = [];
  changeNames(manifest, wanted, proposed, lines);
  changeHome(manifest, wanted, lines);
  changeCommands(manifest, wanted, proposed, lines);
  const scopes = inside(inside(manifest, 'oauth_config'), 'scopes');
  addTo(scopes, 'bot', wanted.oauth_config.scopes.bot, 'scope', lines);
  const settings = inside(manifest, 'settings');
  const events = inside(settings, 'event_subscriptions');
  addTo(events, 'bot_events', wanted.settings.event_subscriptions.bot_events, 'event', lines);
  if (wanted.settings.interactivity?.is_enabled === true)
    switchOn(inside(settings, 'interactivity'), 'is_enabled', 'Interactivity', lines);
  switchOn(settings, 'socket_mode_enabled', 'Socket Mode', lines);
  return { manifest, lines, warnings: warningsOf(settings) };
}

function changeNames(
  manifest: JsonObject,
  wanted: AppManifest,
  proposed: AppManifest,
  lines: string[],
): void {
  const shown = inside(manifest, 'display_information');
  const { name } = wanted.display_information;
  if (name !== proposed.display_information.name) replace(shown, 'name', name, 'The name of the app', lines);
  const features = inside(manifest, 'features');
  const bot = wanted.features.bot_user;
  if (objectAt(features, 'bot_user') === undefined) {
    features['bot_user'] = { ...bot };
    lines.push(`The app gets a bot called “${bot.display_name}”.`);
  } else if (bot.display_name !== proposed.features.bot_user.display_name) {
    replace(inside(features, 'bot_user'), 'display_name', bot.display_name, 'The name of the bot', lines);
  }
}

function replace(object: JsonObject, key: string, value: string, what: string, lines: string[]): void {
  const before = stringAt(object, key);
  if (before === value) return;
  object[key] = value;
  lines.push(before === '' ? `${what} is “${value}”.` : `${what} changes from “${before}” to “${value}”.`);
}

function changeHome(manifest: JsonObject, wanted: AppManifest, lines: string[]): void {
  const home = wanted.features.app_home;
  if (home?.messages_tab_enabled === true) {
    const tab = inside(inside(manifest, 'features'), 'app_home');
    switchOn(tab, 'messages_tab_enabled', 'The messages tab', lines);
    if (home.messages_tab_read_only_enabled === false && tab['messages_tab_read_only_enabled'] !== false) {
      tab['messages_tab_read_only_enabled'] = false;
      lines.push('People may write in the messages tab.');
    }
  }
  if (home?.home_tab_enabled === true)
    switchOn(inside(inside(manifest, 'features'), 'app_home'), 'home_tab_enabled', 'The home tab', lines);
}

function changeCommands(
  manifest: JsonObject,
  wanted: AppManifest,
  proposed: AppManifest,
  lines: string[],
): void {
  const list = listIn(inside(manifest, 'features'), 'slash_commands', wanted.features.slash_commands ?? []);
  for (const command of wanted.features.slash_commands ?? []) {
    const known = list.find((item) => isJsonObject(item) && item['command'] === command.command);
    if (!isJsonObject(known)) {
      list.push({ ...command });
      lines.push(`The slash command ${command.command} is added.`);
      continue;
    }
    const usual = proposed.features.slash_commands?.find((each) => each.command === command.command);
    for (const key of ['description', 'usage_hint'] as const) {
      const value = command[key];
      if (value !== undefined && value !== usual?.[key])
        replace(known, key, value, `The ${key.replace('_', ' ')} of ${command.command}`, lines);
    }
  }
}

function addTo(
  object: JsonObject,
  key: string,
  wanted: readonly string[],
  what: string,
  lines: string[],
): void {
  const list = listIn(object, key, wanted);
  const missing = wanted.filter((name) => !list.includes(name));
  if (missing.length === 0) return;
  list.push(...missing);
  lines.push(`Added ${missing.length === 1 ? what : `${what}s`}: ${missing.join(', ')}.`);
}

function switchOn(object: JsonObject, key: string, what: string, lines: string[]): void {
  if (object[key] === true) return;
  object[key] = true;
  lines.push(`${what} is switched on.`);
}

function warningsOf(settings: JsonObject): string[] {
  return settings['token_rotation_enabled'] === true
    ? [
        'Token rotation is on for this app, and Slack lets nobody switch it off again. Its bot tokens expire within 12 hours: create another app for AutoKitteh.',
      ]
    : [];
}

/** The object under `key`, which is made where there is none. */
function inside(object: JsonObject, key: string): JsonObject {
  const value = object[key];
  if (isJsonObject(value)) return value;
  const made: JsonObject = {};
  object[key] = made;
  return made;
}

/** The list under `key`, which is made where there is none and something is to go into it. */
function listIn(object: JsonObject, key: string, wanted: readonly unknown[]): JsonValue[] {
  const value = object[key];
  if (Array.isArray(value)) return value;
  const made: JsonValue[] = [];
  if (wanted.length > 0) object[key] = made;
  return made;
}
