import { html } from 'hono/html';
import { hiddenFields, type Html, type PageView } from './view.js';
import { tokenOutcome } from './outcome.js';

/**
 * The two tokens in the order in which Slack gives them, *Save Connection* and *Check*. `replacing`: tokens are stored already, and a field left empty keeps
 * its token. Without script the form is sent as it is.
 */
export function tokenForm(view: PageView, replacing: boolean): Html {
  const hint = replacing ? 'Leave empty to keep the one that is stored.' : '';
  return html`<form id="token-form" method="post" action="/slack/save" data-replacing="${replacing}">
    ${hiddenFields(view)}
    <input type="hidden" name="scopes" id="wanted-scopes" value="" />
    ${tokenField('app_token', 'App-level token', 'xapp-1-…', hint, !replacing)}
    ${tokenField('bot_token', 'Bot token', 'xoxb-…', hint, !replacing)}
    <button type="button" class="link" id="swap" hidden>Swap the two</button>
    ${tokenOutcome(view.outcome)}
    <div class="actions">
      <button class="primary" name="action" value="save">Save Connection</button>
      <button name="action" value="check" formnovalidate>Check</button>
    </div>
  </form>`;
}

function tokenField(name: string, label: string, placeholder: string, hint: string, required: boolean): Html {
  return html`<div class="field">
    <label for="${name}">${label}</label>
    <div class="with-button">
      <input
        id="${name}"
        name="${name}"
        type="password"
        autocomplete="off"
        autocapitalize="none"
        spellcheck="false"
        placeholder="${placeholder}"
        aria-describedby="${name}-hint"
        maxlength="8092"
        ${required ? 'required' : ''}
      />
      <button type="button" class="reveal" data-reveals="${name}" aria-pressed="false" hidden>Show</button>
    </div>
    <p class="hint" id="${name}-hint" data-usual="${hint}">${hint}</p>
  </div>`;
}
