import { html } from 'hono/html';
import type { OwnConnection } from '../connection-access.js';
import type { Html, Question } from './view.js';

interface Asked {
  readonly connection: OwnConnection;
  readonly question: Question;
}

/** Asks a person whether an OAuth flow that another page began is wanted. Works without a script. */
export function questionPage({ connection, question }: Asked): Html {
  const { name } = connection.record;
  const asker =
    question.asker === undefined ? 'Another page or program' : html`The page at <b>${question.asker}</b>`;
  return html`<h1>Connect <b>${name}</b> with OAuth?</h1>
    <p class="lead">
      ${asker} opened this window to connect <b>${name}</b> to Slack. Go on if you chose that there just now.
      If not, close this window: nothing has been changed.
    </p>
    ${replaced(connection)}
    <form method="post" action="/slack/save">
      ${[...question.parameters].map(
        ([parameter, value]) => html`<input type="hidden" name="${parameter}" value="${value}" />`,
      )}
      <p class="actions"><button class="primary">Go on to Slack</button></p>
    </form>`;
}

function replaced({ record, setup }: OwnConnection): Html | string {
  if (setup.t !== 'complete' && setup.t !== 'built_in') return '';
  return html`<div class="note note-warn">
    <p>
      <b>${record.name}</b> uses Socket Mode now. If you go on, OAuth takes its place, and no event comes over
      sockets any more.
    </p>
  </div>`;
}
