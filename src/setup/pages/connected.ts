import { html } from 'hono/html';
import { socketWords, statusWord } from '../../browser/live-state.js';
import type { OwnConnection } from '../connection-access.js';
import { stateAnswer, type LiveConnection } from '../ports.js';
import { wayBackLink } from '../way-back.js';
import { drawMemberId } from './drawings.js';
import { eventData } from './event-data.js';
import { eventsCard } from './events.js';
import { slackSteps } from './guide-steps.js';
import { choicesForm, tokenForm } from './forms.js';
import { appOutcomeOf, otherRefusal, testOutcome, tokenOutcomeOf } from './outcome.js';
import { hiddenFields, loginLink, type Html, type PageView, type Subject } from './view.js';

/** A connection whose tokens are stored: how it fares, and what can be changed. */
export function connectedPage(
  view: PageView,
  { connection, live, events, event }: Extract<Subject, { t: 'connection' }>,
): Html {
  const aboutTokens = tokenOutcomeOf(view.outcome) !== undefined;
  const aboutApp = appOutcomeOf(view.outcome) !== undefined;
  return html`<h1><b>${connection.record.name}</b></h1>
    <p class="lead">${whose(connection)}</p>
    ${otherRefusal(view.outcome)} ${adoptionNote(view, connection, live)} ${liveCard(view, live)}
    ${wayBackLink(view)} ${testMessageCard(view)} ${events === undefined ? '' : eventsCard(view, events)}
    ${event === undefined ? '' : eventData(view, event)}
    <details class="aside" id="replace" ${aboutTokens ? 'open' : ''}>
      <summary>Check or replace the tokens</summary>
      <p>${savedAt(connection)} The old sockets stay open until the new ones work.</p>
      ${tokenForm(view, true)}
    </details>
    ${choicesForm(view, connection)}
    <details class="aside" ${aboutApp ? 'open' : ''}>
      <summary>The Slack app, step by step</summary>
      <ol class="steps" role="list">
        ${slackSteps(view, aboutApp)}
      </ol>
    </details>
    <details class="aside" id="disconnect">
      <summary>Disconnect</summary>
      <p>
        Deletes both tokens and what was stored with them. Sockets are closed, and no event arrives any more.
        The Slack app itself stays. You are asked once more.
      </p>
      <form method="post" action="/slack/save">
        ${hiddenFields(view)}
        <div class="actions">
          <button class="danger" name="action" value="disconnect">Delete both tokens…</button>
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

/** What is left to do after a connection of the built-in integration was adopted; nothing for any other. */
function adoptionNote(
  view: PageView,
  { setup }: OwnConnection,
  live: LiveConnection | undefined,
): Html | string {
  if (setup.t === 'complete' && setup.adopting) return finishNote(view, live);
  const others = otherSockets(live);
  return html`<div class="note note-warn" data-live="others" ${others > 0 ? '' : 'hidden'}>
    <p>
      <strong
        >Sockets of this app that this program did not open:
        <span data-live="others-count">${others}</span>.</strong
      >
      Each of them receives a share of the events. If the AutoKitteh server held this connection before,
      restart it now; otherwise look for another program with the same app-level token.
    </p>
  </div>`;
}

function finishNote(view: PageView, live: LiveConnection | undefined): Html {
  return html`<section class="card card-warn" id="finish" aria-labelledby="finish-title">
    <h2 id="finish-title">One more step: close the server’s socket</h2>
    <p>
      The AutoKitteh server still has a socket of its own and receives a share of the events.
      ${
        live === undefined || live.sockets.counted === 0
          ? ''
          : html`Slack counts ${live.sockets.counted} sockets of this app; this program has
            ${live.sockets.open}.`
      }
    </p>
    <ol class="simple">
      <li>Press the button: it deletes the built-in integration’s copy of the token.</li>
      <li>Restart the AutoKitteh server at once: only that closes its socket.</li>
    </ol>
    <form method="post" action="/slack/save">
      ${hiddenFields(view)}
      <div class="actions">
        <button class="primary" name="action" value="finish">Delete the built-in’s copy</button>
      </div>
    </form>
  </section>`;
}

function otherSockets(live: LiveConnection | undefined): number {
  return live === undefined ? 0 : Math.max(0, live.sockets.counted - live.sockets.open);
}

/** How the connection fares; the script asks again every few seconds and puts the answer in here. */
function liveCard(view: PageView, live: LiveConnection | undefined): Html {
  const state = stateAnswer(live);
  const { code, message } = state.status;
  const query = new URLSearchParams({ cid: view.connectionId });
  return html`<section
    class="card"
    id="live"
    aria-labelledby="live-title"
    data-source="/slack/assets/state?${query.toString()}"
  >
    <h2 id="live-title">Right now</h2>
    <p class="status" data-code="${code}" role="status">
      <span class="lamp" aria-hidden="true"></span>
      <strong data-live="word">${statusWord(code)}</strong>
      <span data-live="message">${message}</span>
    </p>
    <dl class="facts">
      ${fact('sockets', 'Sockets open', socketWords(state))}
      ${fact('delivered', 'Events delivered', String(state.delivered))}
      ${fact('waiting', 'Waiting', String(state.waiting))}
      ${fact('dead', 'Refused by AutoKitteh', String(state.dead))}
      ${fact('last-event', 'Last event', state.lastEvent?.type ?? 'none yet')}
    </dl>
    <p class="hint" data-live="inactive" ${state.active ? 'hidden' : ''}>
      The project has no active deployment, so no workflow can start. Deploy it: press Deploy in the web UI,
      or type <code>ak deploy --manifest autokitteh.yaml --dir .</code> in its folder. Sockets are opened
      then.
    </p>
    <p data-live="login" hidden>${loginLink(view)}</p>
    <p class="hint plain-only">Load the page again to see the present state.</p>
  </section>`;
}

function fact(name: string, label: string, value: string): Html {
  return html`<div>
    <dt>${label}</dt>
    <dd data-live="${name}">${value}</dd>
  </div>`;
}

/** Both ways once: a message from the bot, and an event to the workflow. */
function testMessageCard(view: PageView): Html {
  const command = view.manifest.features.slash_commands?.[0]?.command;
  return html`<section class="card" id="try" aria-labelledby="try-title">
    <h2 id="try-title">Try it</h2>
    <form id="test-form" method="post" action="/slack/save">
      ${hiddenFields(view)}
      <div class="field">
        <label for="recipient">Send yourself a test message</label>
        <div class="with-button">
          <input
            id="recipient"
            name="recipient"
            placeholder="U0123456789 or #channel"
            autocomplete="off"
            autocapitalize="none"
            spellcheck="false"
            aria-describedby="recipient-hint"
            required
          />
          <button name="action" value="test_message">Send</button>
        </div>
        <p class="hint" id="recipient-hint">Your member ID, or a channel to which the bot was invited.</p>
      </div>
      ${testOutcome(view.outcome)}
    </form>
    <details class="inner">
      <summary>Where is my member ID?</summary>
      <div class="beside">
        <p>
          In Slack, press your picture, then <b>Profile</b>, then the three dots, then <b>Copy member ID</b>.
        </p>
        ${drawMemberId()}
      </div>
    </details>
    <p>
      Then test the other direction: mention the bot in
      Slack${command === undefined ? '' : html`, or type <code>${command} hello</code> if your app has that command`},
      and watch it arrive below.
    </p>
  </section>`;
}
