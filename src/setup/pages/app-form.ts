import { html } from 'hono/html';
import { sentence } from '../../core/words.js';
import { revealedField } from './forms.js';
import { appOutcomeOf, bad } from './outcome.js';
import { settingsLink } from './slack-links.js';
import { hiddenFields, newTab, type AppOutcome, type Html, type PageView } from './view.js';

/**
 * Creates or changes the Slack app with an app configuration token, in two presses: *Show changes*, then *Apply*. The token
 * is sent with each of them and is in no page. Without script the proposed app is used as it is.
 */
export function appForm(view: PageView): Html {
  return html`<details class="inner" id="by-token" ${appOutcomeOf(view.outcome) === undefined ? '' : 'open'}>
    <summary>Or create or change the app from this page</summary>
    <p>
      This requires an app configuration token: on
      ${newTab(`https://api.${view.slackSite}/apps`, 'the list of your apps')}, below the apps, press
      <b>Generate Token</b>, choose the workspace, and copy the <b>Access Token</b>. It is valid for 12 hours
      and can change all your apps. It is sent to Slack each time you press one of the two buttons, and is not
      stored.
    </p>
    <form id="app-form" method="post" action="/slack/save">
      ${hiddenFields(view)}
      <input type="hidden" name="manifest" id="wanted-manifest" value="${JSON.stringify(view.manifest)}" />
      <div class="field">
        <label for="app_id">App ID</label>
        <input
          id="app_id"
          name="app_id"
          value="${view.appId}"
          placeholder="A0123456789"
          autocomplete="off"
          autocapitalize="characters"
          spellcheck="false"
          aria-describedby="app_id-hint"
          maxlength="32"
        />
        <p class="hint" id="app_id-hint">The id of the app to change. Leave it empty to create an app.</p>
      </div>
      ${revealedField({
        name: 'config_token',
        label: 'App configuration token',
        placeholder: 'xoxe.xoxp-1-…',
        hint: '',
        required: true,
      })}
      <div class="actions">
        <button name="action" value="app_preview">Show changes</button>
      </div>
      ${appOutcome(view)}
    </form>
  </details>`;
}

function appOutcome(view: PageView): Html {
  const outcome = appOutcomeOf(view.outcome);
  return html`<div id="app-outcome" class="outcome" tabindex="-1">
    ${outcome === undefined ? '' : outcomeWords(view, outcome)}
  </div>`;
}

function outcomeWords(view: PageView, outcome: AppOutcome): Html {
  switch (outcome.t) {
    case 'refused':
      return bad(html`<strong>The app was not changed.</strong> ${sentence(outcome.sentence)}`);
    case 'app_refused':
      return html`<div class="note note-bad" role="alert">
        <p><strong>The app was not changed.</strong> ${sentence(outcome.sentence)}</p>
        ${list(outcome.problems)}
      </div>`;
    case 'app_changes':
      return changesWords(outcome);
    case 'app_done':
      return doneWords(view, outcome);
  }
}

function changesWords(outcome: Extract<AppOutcome, { t: 'app_changes' }>): Html {
  const { appId, lines, warnings, shown, isAnew } = outcome;
  const nothing = lines.length === 0;
  const what = appId === '' ? 'This app would be created' : `These settings of ${appId} would change`;
  return html`<div class="note ${nothing ? 'note-good' : ''}" role="status">
    ${isAnew ? html`<p><strong>Nothing was changed yet, because you have not seen these changes before.</strong></p>` : ''}
    <p><strong>${nothing ? `The app ${appId} has all of these settings already.` : `${what}:`}</strong></p>
    ${list(lines)} ${list(warnings)}
    ${
      nothing
        ? ''
        : html`<p>${appId === '' ? '' : 'All its other settings stay.'}</p>
            <input type="hidden" name="shown" value="${shown}" />
            <p class="plain-only">The token is not shown again: paste it once more before you press Apply.</p>
            <div class="actions"><button class="primary" name="action" value="app_apply">Apply</button></div>`
    }
  </div>`;
}

function doneWords(view: PageView, done: Extract<AppOutcome, { t: 'app_done' }>): Html {
  const { appId, isNew, needsInstall } = done;
  const next = { ...view, appId };
  return html`<div class="note note-good" role="status" data-app-id="${appId}">
    <p><strong>The app ${appId} was ${isNew ? 'created' : 'changed'}.</strong></p>
    ${
      isNew
        ? html`<p>Next, make its app-level token: ${settingsLink(next, 'general')}</p>`
        : needsInstall
          ? html`<p>Its scopes changed: install it again. ${settingsLink(next, 'install-on-team')}</p>`
          : ''
    }
  </div>`;
}

function list(lines: readonly string[]): Html | string {
  if (lines.length === 0) return '';
  return html`<ul>
    ${lines.map((line) => html`<li>${line}</li>`)}
  </ul>`;
}
