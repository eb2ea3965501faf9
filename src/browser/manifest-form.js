/**
 * @import { AppManifest, SlashCommand } from './app-manifest.js'
 */

/**
 * The manifest as the editor's form says; what cannot be edited is taken from `proposed`.
 *
 * @param {HTMLFormElement} form
 * @param {AppManifest} proposed
 * @returns {AppManifest}
 */
export function editedManifest(form, proposed) {
  const scopes = [...ticked(form, 'scope'), ...words(form, 'more-scopes')];
  const events = [...ticked(form, 'event'), ...words(form, 'more-events')];
  return {
    ...proposed,
    display_information: { ...proposed.display_information, name: text(form, 'app-name') },
    features: {
      ...proposed.features,
      bot_user: { ...proposed.features.bot_user, display_name: text(form, 'bot-name') },
      slash_commands: [...form.querySelectorAll('#commands li')].map(commandOf),
    },
    oauth_config: { scopes: { bot: scopes } },
    settings: { ...proposed.settings, event_subscriptions: { bot_events: events } },
  };
}

/**
 * @param {Element} row
 * @returns {SlashCommand}
 */
function commandOf(row) {
  /** @param {string} name */
  const field = (name) => {
    const input = row.querySelector(`input[name="${name}"]`);
    return input instanceof HTMLInputElement ? input.value.trim() : '';
  };
  const hint = field('usage_hint');
  return {
    command: field('command'),
    description: field('description'),
    ...(hint === '' ? {} : { usage_hint: hint }),
    should_escape: row instanceof HTMLElement && row.dataset['escape'] === 'true',
  };
}

/**
 * @param {HTMLFormElement} form
 * @param {string} name
 */
function text(form, name) {
  const value = new FormData(form).get(name);
  return typeof value === 'string' ? value.trim() : '';
}

/**
 * @param {HTMLFormElement} form
 * @param {string} name
 * @returns {string[]}
 */
function words(form, name) {
  return text(form, name)
    .split(/[\s,]+/)
    .filter((word) => word !== '');
}

/**
 * @param {HTMLFormElement} form
 * @param {string} name
 * @returns {string[]}
 */
function ticked(form, name) {
  return new FormData(form).getAll(name).filter((value) => typeof value === 'string');
}
