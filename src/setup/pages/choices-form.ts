import { html } from 'hono/html';
import { choicesOf, type ResponseKind } from '../../connections/choices.js';
import type { OwnConnection } from '../connection-access.js';
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
