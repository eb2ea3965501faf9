/**
 * The Slack app that the guide proposes, as Slack's "app manifest" describes an app, and the ways it is handed over.
 * Runs in the browser, where a person edits it, and on the server. Source: Slack, "App manifest reference".
 *
 * @typedef {{
 *   command: string,
 *   description: string,
 *   usage_hint?: string,
 *   should_escape?: boolean,
 * }} SlashCommand
 *
 * @typedef {{
 *   display_information: { name: string, description?: string, long_description?: string, background_color?: string },
 *   features: {
 *     app_home?: { home_tab_enabled?: boolean, messages_tab_enabled?: boolean, messages_tab_read_only_enabled?: boolean },
 *     bot_user: { display_name: string, always_online?: boolean },
 *     slash_commands?: SlashCommand[],
 *   },
 *   oauth_config: { scopes: { bot: string[] } },
 *   settings: {
 *     event_subscriptions: { bot_events: string[] },
 *     interactivity?: { is_enabled: boolean },
 *     org_deploy_enabled?: boolean,
 *     socket_mode_enabled: boolean,
 *     token_rotation_enabled?: boolean,
 *   },
 * }} AppManifest
 */

/**
 * @param {AppManifest} manifest
 * @returns {string} JSON with a final line break
 */
export function manifestJson(manifest) {
  return `${JSON.stringify(manifest, null, 2)}\n`;
}

/**
 * @param {AppManifest} manifest
 * @returns {string} YAML with a final line break
 */
export function manifestYaml(manifest) {
  return yamlLines(/** @type {Record<string, unknown>} */ (manifest), '').join('\n') + '\n';
}

/**
 * Slack's page "create an app from a manifest", with this one filled in.
 *
 * @param {AppManifest} manifest
 * @param {string} site `slack.com`, or `slack-gov.com` for government Slack
 * @returns {string}
 */
export function createAppLink(manifest, site) {
  const link = new URL(`https://api.${site}/apps`);
  link.searchParams.set('new_app', '1');
  link.searchParams.set('manifest_yaml', manifestYaml(manifest));
  // Slack's page decodes percent signs, but takes a plus for a plus.
  return link.href.replaceAll('+', '%20');
}

/**
 * @param {Record<string, unknown>} object
 * @param {string} indent
 * @returns {string[]}
 */
function yamlLines(object, indent) {
  return Object.entries(object).flatMap(([key, value]) => {
    if (value === undefined) return [];
    if (Array.isArray(value)) {
      if (value.length === 0) return [`${indent}${key}: []`];
      return [`${indent}${key}:`, ...value.flatMap((item) => yamlItem(item, `${indent}  `))];
    }
    if (typeof value === 'object' && value !== null) {
      const fields = yamlLines(/** @type {Record<string, unknown>} */ (value), `${indent}  `);
      return fields.length === 0 ? [`${indent}${key}: {}`] : [`${indent}${key}:`, ...fields];
    }
    return [`${indent}${key}: ${yamlScalar(value)}`];
  });
}

/**
 * @param {unknown} item
 * @param {string} indent
 * @returns {string[]}
 */
function yamlItem(item, indent) {
  if (typeof item !== 'object' || item === null) return [`${indent}- ${yamlScalar(item)}`];
  const [first = '{}', ...rest] = yamlLines(/** @type {Record<string, unknown>} */ (item), `${indent}  `);
  return [`${indent}- ${first.trimStart()}`, ...rest];
}

// Plain only where no reader of YAML takes it for anything else; JSON's strings are YAML's double-quoted ones.
const PLAIN = /^[A-Za-z/][A-Za-z0-9_./ -]*[A-Za-z0-9]$/;
// A colon inside a word, as scopes have it, is plain too.
const SCOPE = /^[a-z][a-z0-9_.-]*(?::[a-z][a-z0-9_.-]*)+$/;
const WORDS_WITH_A_MEANING = /^(?:true|false|yes|no|on|off|null|y|n)$/i;

/**
 * @param {unknown} value
 * @returns {string}
 */
function yamlScalar(value) {
  if (typeof value !== 'string') return JSON.stringify(value);
  const plain = (PLAIN.test(value) || SCOPE.test(value)) && !WORDS_WITH_A_MEANING.test(value);
  return plain ? value : JSON.stringify(value);
}
