import { html } from 'hono/html';
import { choicesOf, type ResponseKind } from '../../connections/choices.js';
import type { OwnConnection } from '../connection-access.js';
import { tokenOutcome } from './outcome.js';
import { hiddenFields, type Html, type PageView } from './view.js';

const KINDS: readonly (readonly [ResponseKind, string])[] = [
  ['slash_command', 'Slash commands'],
  ['view_submission', 'Submitted modals'],
  ['options', 'Menus that ask for options'],
];

/** What workflows answer themselves, whether messages change after a click, whose events they get, and in which order. */
export function choicesForm(view: PageView, connection: OwnConnection): Html {
  const { answers, updatesMessages, getsOwnEvents, keepsOrder } = choicesOf(connection.variables);
  return html`<details class="aside" id="choices">
    <summary>Answers, clicks, the app’s own events and order</summary>
    <form method="post" action="/slack/save">
      ${hiddenFields(view)}
      <fieldset aria-describedby="answers-hint">
        <legend>Workflows answer in time</legend>
        <p class="hint" id="answers-hint">
          Slack waits three seconds for an answer. Kinds that are not chosen here are acknowledged at once.
        </p>
        ${KINDS.map(([kind, words]) => box(`answer_${kind}`, words, answers.has(kind)))}
      </fieldset>
      <fieldset>
        <legend>After a click</legend>
        ${box('update_message', 'Say in the message who clicked which button', updatesMessages)}
      </fieldset>
      <fieldset aria-describedby="own-events-hint">
        <legend>The app’s own events</legend>
        <p class="hint" id="own-events-hint">
          A workflow that answers every message would then answer its own messages too, without end: make it
          check the sender first.
        </p>
        ${box('own_events', 'Also start workflows for what the app’s own bot does', getsOwnEvents)}
      </fieldset>
      <fieldset aria-describedby="order-hint">
        <legend>Order</legend>
        <p class="hint" id="order-hint">
          Without order, a burst of events in one channel starts its workflows sooner, and a later event may
          start its workflow before an earlier one.
        </p>
        ${box('order', 'Start workflows by the events of one channel one after another', keepsOrder)}
      </fieldset>
      <div class="actions">
        <button name="action" value="choose">Save choices</button>
      </div>
    </form>
  </details>`;
}

function box(name: string, words: string, checked: boolean): Html {
  return html`<label class="choice">
    <input type="checkbox" name="${name}" value="on" ${checked ? 'checked' : ''} /> ${words}
  </label>`;
}

/**
 * The two tokens in the order in which Slack gives them, *Save Connection* and *Check*. `replacing`: tokens are stored
 * already, and a field left empty keeps its token. Without script the form is sent as it is.
 */
export function tokenForm(view: PageView, replacing: boolean): Html {
  const hint = replacing ? 'Leave empty to keep the one that is stored.' : '';
  return html`<form id="token-form" method="post" action="/slack/save" data-replacing="${replacing}">
    ${hiddenFields(view)}
    <input type="hidden" name="scopes" id="wanted-scopes" value="" />
    ${revealedField({ name: 'app_token', label: 'App-level token', placeholder: 'xapp-1-…', hint, required: !replacing })}
    ${revealedField({ name: 'bot_token', label: 'Bot token', placeholder: 'xoxb-…', hint, required: !replacing })}
    <button type="button" class="link" id="swap" hidden>Swap the two</button>
    ${tokenOutcome(view.outcome)}
    <div class="actions">
      <button class="primary" name="action" value="save">Save Connection</button>
      <button name="action" value="check" formnovalidate>Check</button>
    </div>
  </form>`;
}

interface RevealedField {
  readonly name: string;
  readonly label: string;
  readonly placeholder: string;
  readonly hint: string;
  readonly required: boolean;
}

/** A field for a secret, which the script shows on demand. */
export function revealedField({ name, label, placeholder, hint, required }: RevealedField): Html {
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
