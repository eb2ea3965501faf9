import { html } from 'hono/html';
import type { AnswerKind } from '../../answers/answer-kind.js';
import type { OwnConnection } from '../connection-access.js';
import { storedChoices } from '../workflow-choices.js';
import { hiddenFields } from './form.js';
import type { Html, PageView } from './view.js';

const KINDS: readonly (readonly [AnswerKind, string])[] = [
  ['slash_command', 'Slash commands'],
  ['view_submission', 'Submitted modals'],
  ['options', 'Menus that ask for options'],
];

/** What workflows answer themselves, whether messages are updated after a click, and whether the bot's own doing counts. */
export function choicesForm(view: PageView, connection: OwnConnection): Html {
  const { answers, updatesMessages, getsOwnEvents } = storedChoices(connection.variables);
  return html`<details class="aside" id="choices">
    <summary>Answers, clicks and the app’s own events</summary>
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
