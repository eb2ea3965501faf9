import { html } from 'hono/html';
import { createAppLink, manifestYaml, type AppManifest } from '../../browser/app-manifest.js';
import { BOT_SCOPES, EVENT_SCOPES } from '../../browser/event-scopes.js';
import { byPurpose } from '../../browser/purposes.js';
import { appForm } from './app-form.js';
import type { Html, PageView } from './view.js';

/**
 * The manifest: to be opened in Slack, copied or downloaded as it is, and with the script to be edited. What only the
 * script can do is hidden until it runs.
 */
export function manifestEditor(view: PageView): Html {
  const { manifest, slackSite } = view;
  return html`<div class="manifest" id="manifest">
    <div class="actions">
      <a
        class="button primary"
        id="create-link"
        href="${createAppLink(manifest, slackSite)}"
        target="_blank"
        rel="noopener noreferrer"
        >Create it in Slack <span aria-hidden="true">↗</span><span class="unseen">(opens a new tab)</span></a
      >
      <button type="button" id="copy-manifest" hidden>Copy</button>
      <a class="button" id="download-manifest" href="${downloadOf(view, 'yaml')}" download>Download</a>
    </div>
    <div role="status" aria-label="What is wrong with the manifest">
      <ul id="manifest-findings" class="findings" role="list"></ul>
    </div>
    ${preview(view)} ${editor(manifest)} ${view.subject.t === 'connection' ? appForm(view) : ''}
  </div>`;
}

function downloadOf({ name, documented }: PageView, format: 'yaml' | 'json'): string {
  const query = new URLSearchParams({
    ...(name !== undefined && { name }),
    ...(documented && { app: 'documented' }),
  });
  return `/slack/assets/manifest.${format}${query.size === 0 ? '' : `?${query.toString()}`}`;
}

function preview(view: PageView): Html {
  return html`<details class="inner">
    <summary>Look at the manifest</summary>
    <fieldset class="formats" id="formats" hidden>
      <legend class="unseen">Format</legend>
      <label><input type="radio" name="format" value="yaml" checked /> YAML</label>
      <label><input type="radio" name="format" value="json" /> JSON</label>
    </fieldset>
    <p class="plain-only">
      Also as <a href="${downloadOf(view, 'json')}">JSON</a>. JavaScript is disabled in this browser: change
      the manifest in Slack instead.
    </p>
    <pre id="manifest-text" tabindex="0" role="region" aria-label="The app manifest">
${manifestYaml(view.manifest)}</pre>
  </details>`;
}

function editor(manifest: AppManifest): Html {
  const { display_information: shown, features, oauth_config: oauth, settings } = manifest;
  return html`<details class="inner" id="editor" hidden>
    <summary>Change its name, commands, scopes or events</summary>
    <form id="editor-form" novalidate data-manifest="${JSON.stringify(manifest)}">
      <div class="pair">
        ${textField('app-name', 'Name of the app', shown.name)}
        ${textField('bot-name', 'Name of the bot', features.bot_user.display_name)}
      </div>
      <fieldset>
        <legend>Slash commands</legend>
        <ul id="commands" class="commands"></ul>
        <template id="command-row">${commandRow()}</template>
        <button type="button" id="add-command">Add a command</button>
      </fieldset>
      <fieldset>
        <legend>Bot scopes</legend>
        <p class="hint">What the bot may do. <code>users:read</code> must stay.</p>
        ${choices('scope', BOT_SCOPES, oauth.scopes.bot)}
        ${textField('more-scopes', 'Other scopes, separated by spaces', '')}
      </fieldset>
      <fieldset>
        <legend>Bot events</legend>
        <p class="hint">What Slack sends. An event without its scope is marked.</p>
        ${choices('event', Object.keys(EVENT_SCOPES), settings.event_subscriptions.bot_events)}
        ${textField('more-events', 'Other events, separated by spaces', '')}
      </fieldset>
    </form>
  </details>`;
}

function textField(id: string, label: string, value: string): Html {
  return html`<div class="field">
    <label for="${id}">${label}</label>
    <input id="${id}" name="${id}" value="${value}" autocomplete="off" spellcheck="false" />
  </div>`;
}

function commandRow(): Html {
  return html`<li>
    <input name="command" aria-label="Command" placeholder="/command" autocomplete="off" spellcheck="false" />
    <input name="description" aria-label="Description" placeholder="What it does" autocomplete="off" />
    <input name="usage_hint" aria-label="Usage hint" placeholder="Usage hint" autocomplete="off" />
    <button type="button" class="remove">Remove<span class="unseen"></span></button>
  </li>`;
}

/** All there are, by what they are for, with a field to search them. */
function choices(name: 'scope' | 'event', known: readonly string[], chosen: readonly string[]): Html {
  const all = [...new Set([...known, ...chosen])].sort();
  return html`<div class="field">
      <label for="find-${name}">Search the ${name}s</label>
      <input type="search" id="find-${name}" data-searches="${name}s" autocomplete="off" spellcheck="false" />
      <p class="hint" id="find-${name}-found" role="status"></p>
    </div>
    <div id="${name}s">
      ${byPurpose(all).map(
        ({ purpose, names }) =>
          html`<fieldset class="group">
            <legend>${purpose}</legend>
            <ul class="choices">
              ${names.map((value) => choice(name, value, chosen))}
            </ul>
          </fieldset>`,
      )}
    </div>`;
}

function choice(name: 'scope' | 'event', value: string, chosen: readonly string[]): Html {
  return html`<li>
    <label>
      <input type="checkbox" name="${name}" value="${value}" ${chosen.includes(value) ? 'checked' : ''} />
      <span>${value}</span>
    </label>
    ${name === 'event' ? html`<span class="needs" data-needs="${value}"></span>` : ''}
  </li>`;
}
