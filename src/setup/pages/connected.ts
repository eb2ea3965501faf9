import { html } from 'hono/html';
import type { OwnConnection } from '../connection-access.js';
import type { LiveConnection } from '../ports.js';
import { adoptionNote } from './adoption-note.js';
import { choicesForm } from './choices-form.js';
import { hiddenFields } from './form.js';
import { slackSteps } from './guide-steps.js';
import { liveCard } from './live-card.js';
import { isAboutTokens, otherRefusal } from './outcome.js';
import { testMessageCard } from './test-message-card.js';
import { tokenForm } from './token-form.js';
import type { Html, PageView } from './view.js';
import { wayBackLink } from './way-back-link.js';

/** A connection whose tokens are stored: how it fares, and what can be changed. */
export function connectedPage(
  view: PageView,
  connection: OwnConnection,
  live: LiveConnection | undefined,
): Html {
  const aboutTokens = view.outcome !== undefined && isAboutTokens(view.outcome);
  return html`<h1><b>${connection.record.name}</b></h1>
    <p class="lead">${whose(connection)}</p>
    ${otherRefusal(view.outcome)} ${adoptionNote(view, connection, live)} ${liveCard(view, live)}
    ${wayBackLink(view)} ${testMessageCard(view)}
    <details class="aside" id="replace" ${aboutTokens ? 'open' : ''}>
      <summary>Check or replace the tokens</summary>
      <p>${savedAt(connection)} Sockets change over without a gap.</p>
      ${tokenForm(view, true)}
    </details>
    ${choicesForm(view, connection)}
    <details class="aside">
      <summary>The Slack app, step by step</summary>
      <ol class="steps" role="list">
        ${slackSteps(view, false)}
      </ol>
    </details>
    <details class="aside" id="disconnect">
      <summary>Disconnect</summary>
      <p>
        Deletes both tokens and what was stored with them. Sockets are closed, and no event arrives any more.
        The Slack app itself stays.
      </p>
      <form method="post" action="/slack/save">
        ${hiddenFields(view)}
        <div class="actions">
          <button class="danger" name="action" value="disconnect">Delete both tokens</button>
        </div>
      </form>
    </details>`;
}

function whose({ variables }: OwnConnection): Html | string {
  const bot = variables.get('user_name') ?? '';
  const team = variables.get('team_name') ?? '';
  const app = variables.get('app_id') ?? '';
  if (bot === '' || team === '') return 'Both tokens are stored.';
  return html`The bot <b>@${bot}</b> in <b>${team}</b>${app === '' ? '.' : html`, app <code>${app}</code>.`}`;
}

function savedAt({ setup }: OwnConnection): Html | string {
  if (setup.t !== 'complete' || setup.savedAt === 0) return 'Both tokens are stored.';
  const iso = new Date(setup.savedAt).toISOString();
  const words = `${iso.slice(0, 10)} ${iso.slice(11, 16)} UTC`;
  return html`Both tokens were saved on <time datetime="${iso}">${words}</time>.`;
}
