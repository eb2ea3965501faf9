import { setText } from './elements.js';
import { manifestFindings, missingScopes } from './manifest-limits.js';

/**
 * @import { AppManifest } from './app-manifest.js'
 * @import { Finding } from './manifest-limits.js'
 */

/**
 * Shows what is wrong with the manifest, and marks events without their scope.
 *
 * @param {Document} document
 * @param {HTMLFormElement} form
 * @param {AppManifest} manifest
 * @param {() => void} changed called after a finding was mended at the press of its button
 */
export function showFindings(document, form, manifest, changed) {
  const list = document.getElementById('manifest-findings');
  const findings = manifestFindings(manifest);
  const key = JSON.stringify(findings);
  if (list && list.dataset['shown'] !== key) {
    list.dataset['shown'] = key;
    list.replaceChildren(...findings.map((finding) => item(document, form, finding, changed)));
  }
  const chosen = manifest.settings.event_subscriptions.bot_events;
  for (const mark of form.querySelectorAll('[data-needs]')) {
    const event = mark.getAttribute('data-needs') ?? '';
    const missing = chosen.includes(event)
      ? missingScopes(event, manifest.oauth_config.scopes.bot)
      : undefined;
    setText(mark, missing === undefined ? '' : `needs ${missing.join(' or ')}`);
  }
}

/**
 * @param {Document} document
 * @param {HTMLFormElement} form
 * @param {Finding} finding
 * @param {() => void} changed
 */
function item(document, form, { level, text, adds }, changed) {
  const line = document.createElement('li');
  line.className = level;
  line.append(text);
  if (adds !== undefined) {
    const button = document.createElement('button');
    button.type = 'button';
    button.textContent = `Add ${adds}`;
    button.addEventListener('click', () => {
      tick(form, adds);
      changed();
    });
    line.append(' ', button);
  }
  return line;
}

/**
 * @param {HTMLFormElement} form
 * @param {string} scope
 */
function tick(form, scope) {
  const box = form.querySelector(`input[name="scope"][value="${CSS.escape(scope)}"]`);
  if (box instanceof HTMLInputElement) box.checked = true;
}
