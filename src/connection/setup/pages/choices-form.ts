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

/** What workflows answer themselves, and whether messages are updated after a click. */
export function choicesForm(view: PageView, connection: OwnConnection): Html {
  const { answers, updatesMessages } = storedChoices(connection.variables);
  return html`<details class="aside" id="choices">
    <summary>Answers and clicks</summary>
    <form method="post" action="/slack/save">
      ${hiddenFields(view)}
      <fieldset aria-describedby="answers-hint">
        <legend>Workflows answer in time</legend>
        <p class="hint" id="answers-hint">
          Slack waits three seconds. What is not chosen here is acknowledged at once.
        </p>
        ${KINDS.map(([kind, words]) => box(`answer_${kind}`, words, answers.has(kind)))}
      </fieldset>
      <fieldset>
        <legend>After a click</legend>
        ${box('update_message', 'Say in the message who clicked which button', updatesMessages)}
      </fieldset>
      <div class="actions">
        <button name="action" value="choose">Save choices</button>
      </div>
    </form>
  </details>`;
}

function box(name: string, words: string, checked: boolean): Html {
  return html`<div>
    <label><input type="checkbox" name="${name}" value="on" ${checked ? 'checked' : ''} /> ${words}</label>
  </div>`;
}
