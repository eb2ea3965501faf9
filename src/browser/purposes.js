/**
 * What scopes and events are for, in the order in which people look for them; the first that fits counts. Source: Slack,
 * "Permission scopes" and "Events API".
 *
 * @type {readonly (readonly [purpose: string, names: RegExp])[]}
 */
const PURPOSES = [
  [
    'Messages, mentions and commands',
    /^(?:app_mention|chat:|commands$|message\.|im_history|link)|:history$|_history_/,
  ],
  ['Assistant and home tab', /^(?:assistant|app_home)/],
  ['Channels and conversations', /^(?:channel|group|im[:_]|mpim|member_)/],
  ['Reactions, pins, bookmarks and reminders', /^(?:reaction|pin|bookmark|reminder|emoji)/],
  ['Files, canvases and lists', /^(?:file|canvas|list)/],
  ['People, groups of people and the workspace', /^(?:user|subteam|team|dnd|email_domain)/],
  ['The app itself', /^(?:app_|tokens_)/],
];

const OTHERS = 'Others';

/**
 * Names by what they are for; only purposes that have any.
 *
 * @param {readonly string[]} names of scopes, or of events
 * @returns {{ readonly purpose: string; readonly names: string[] }[]}
 */
export function byPurpose(names) {
  const groups = [...PURPOSES.map(([purpose]) => purpose), OTHERS].map((purpose) => ({
    purpose,
    names: names.filter((name) => purposeOf(name) === purpose),
  }));
  return groups.filter((group) => group.names.length > 0);
}

/** @param {string} name */
function purposeOf(name) {
  return PURPOSES.find(([, names]) => names.test(name))?.[0] ?? OTHERS;
}
