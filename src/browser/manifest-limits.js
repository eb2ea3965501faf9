/**
 * What Slack would refuse in an app manifest, and what would make the app useless for AutoKitteh. Cheap enough for
 * every keystroke. Source of the limits: Slack, "App manifest reference".
 *
 * @import { AppManifest, SlashCommand } from './app-manifest.js'
 *
 * @typedef {{
 *   level: 'problem' | 'warning',
 *   field: 'name' | 'description' | 'bot_name' | 'commands' | 'scopes' | 'events',
 *   text: string,
 *   adds?: string,
 * }} Finding `problem`: Slack refuses it. `adds`: a scope that would mend it.
 */

import { EVENT_SCOPES } from './event-scopes.js';

const LONGEST_NAME = 35;
const LONGEST_DESCRIPTION = 140;
const LONGEST_BOT_NAME = 80;
const LONGEST_COMMAND = 32;
const MOST_COMMANDS = 50;
const MOST_SCOPES = 255;
const MOST_EVENTS = 100;

const COMMAND = /^\/[\p{Ll}\p{N}\p{Lo}_-]+$/u;
const SCOPE = /^[a-z][a-z_.]*(?::[a-z][a-z_.]*)*$/;
const EVENT = /^[a-z][a-z_]*(?:\.[a-z_]+)?$/;

/**
 * @param {AppManifest} manifest
 * @returns {Finding[]} empty when Slack would take it and nothing is missing
 */
export function manifestFindings(manifest) {
  const { display_information: shown, features, oauth_config: oauth, settings } = manifest;
  const commands = features.slash_commands ?? [];
  const scopes = oauth.scopes.bot;
  const events = settings.event_subscriptions.bot_events;
  return [
    ...textFindings('name', 'The name of the app', shown.name, LONGEST_NAME, true),
    ...textFindings('description', 'The description', shown.description ?? '', LONGEST_DESCRIPTION, false),
    ...textFindings(
      'bot_name',
      'The name of the bot',
      features.bot_user.display_name,
      LONGEST_BOT_NAME,
      true,
    ),
    ...commandFindings(commands, scopes),
    ...listFindings('scopes', 'scopes', scopes, SCOPE, MOST_SCOPES),
    ...neededScopeFindings(scopes),
    ...listFindings('events', 'events', events, EVENT, MOST_EVENTS),
    ...eventFindings(events, scopes),
  ];
}

/**
 * The scopes of which an event needs one, none of which is there; undefined if it needs none or has one.
 *
 * @param {string} event
 * @param {readonly string[]} scopes
 * @returns {readonly string[] | undefined}
 */
export function missingScopes(event, scopes) {
  const needed = EVENT_SCOPES[event] ?? [];
  return needed.length === 0 || needed.some((scope) => scopes.includes(scope)) ? undefined : needed;
}

/**
 * @param {Finding['field']} field
 * @param {string} what
 * @param {string} text
 * @param {number} longest
 * @param {boolean} required
 * @returns {Finding[]}
 */
function textFindings(field, what, text, longest, required) {
  if (required && text.trim() === '') return [problem(field, `${what} is missing.`)];
  const length = [...text].length;
  if (length > longest)
    return [problem(field, `${what} has ${length} characters; Slack allows at most ${longest}.`)];
  return [];
}

/**
 * @param {readonly SlashCommand[]} commands
 * @param {readonly string[]} scopes
 * @returns {Finding[]}
 */
function commandFindings(commands, scopes) {
  /** @type {Finding[]} */
  const findings = [];
  if (commands.length > MOST_COMMANDS) {
    findings.push(
      problem(
        'commands',
        `There are ${commands.length} slash commands; Slack allows at most ${MOST_COMMANDS}.`,
      ),
    );
  }
  const seen = new Set();
  for (const { command, description } of commands) {
    const name = command === '' ? 'A slash command without a name' : command;
    if (!COMMAND.test(command)) {
      findings.push(problem('commands', `${name}: write a slash and lower-case letters, without spaces.`));
    } else if ([...command].length > LONGEST_COMMAND) {
      findings.push(
        problem(
          'commands',
          `${name} is too long: Slack allows at most ${LONGEST_COMMAND} characters, including the slash.`,
        ),
      );
    }
    if (seen.has(command)) findings.push(problem('commands', `${name} is listed twice.`));
    seen.add(command);
    if (description.trim() === '') findings.push(problem('commands', `${name} has no description.`));
  }
  if (commands.length > 0 && !scopes.includes('commands')) {
    findings.push({ ...problem('commands', 'Slash commands need the scope commands.'), adds: 'commands' });
  }
  return findings;
}

/**
 * @param {'scopes' | 'events'} field
 * @param {string} what
 * @param {readonly string[]} list
 * @param {RegExp} form
 * @param {number} most
 * @returns {Finding[]}
 */
function listFindings(field, what, list, form, most) {
  /** @type {Finding[]} */
  const findings = [];
  if (list.length > most)
    findings.push(problem(field, `There are ${list.length} ${what}; Slack allows at most ${most}.`));
  for (const item of list) {
    if (!form.test(item))
      findings.push(problem(field, `“${item}” is not the name of one of Slack’s ${what}.`));
    else if (list.indexOf(item) !== list.lastIndexOf(item))
      findings.push(problem(field, `${item} is listed twice.`));
  }
  return findings.filter(({ text }, index) => findings.findIndex((other) => other.text === text) === index);
}

/**
 * @param {readonly string[]} scopes
 * @returns {Finding[]}
 */
function neededScopeFindings(scopes) {
  if (scopes.includes('users:read')) return [];
  const text =
    'users:read is needed: without it the connection cannot be saved, because the app’s id remains unknown.';
  return [{ level: 'warning', field: 'scopes', text, adds: 'users:read' }];
}

/**
 * @param {readonly string[]} events
 * @param {readonly string[]} scopes
 * @returns {Finding[]}
 */
function eventFindings(events, scopes) {
  return events.flatMap((event) => {
    const needed = missingScopes(event, scopes);
    if (needed === undefined) return [];
    /** @type {Finding} */
    const finding = {
      level: 'warning',
      field: 'events',
      text: `${event} needs the scope ${needed.join(' or ')}.`,
    };
    return [needed[0] === undefined ? finding : { ...finding, adds: needed[0] }];
  });
}

/**
 * @param {Finding['field']} field
 * @param {string} text
 * @returns {Finding}
 */
function problem(field, text) {
  return { level: 'problem', field, text };
}
