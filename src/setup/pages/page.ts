import { html } from 'hono/html';
import { sentence } from '../../core/words.js';
import type { OwnConnection } from '../connection-access.js';
import { connectedPage } from './connected.js';
import { guidePage } from './guide.js';
import { loginOutcome, otherRefusal } from './outcome.js';
import { hiddenFields, loginLink, type Html, type PageView, type Question, type Subject } from './view.js';

// In this order: what holds on a phone comes last.
const STYLE_SHEETS = [
  'page',
  'controls',
  'steps',
  'manifest',
  'outcome',
  'live-state',
  'events',
  'drawings',
  'narrow',
];

/** The whole page, for whatever state the connection is in. */
export function renderPage(view: PageView): Html {
  const { title, body } = bodyOf(view);
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <title>${title} – AutoKitteh</title>
        <link rel="icon" href="/slack/assets/icon.svg" />
        ${STYLE_SHEETS.map(
          (name) => html`<link rel="stylesheet" href="/slack/assets/${name}.css" nonce="${view.nonce}" />`,
        )}
        <script type="module" src="/slack/assets/page.js" nonce="${view.nonce}"></script>
      </head>
      <body>
        <a class="skip" href="#main">Skip to the content</a>
        <header class="top">
          <img src="/slack/assets/icon.svg" alt="" width="28" height="28" />
          <p><strong>Slack</strong> <span>for AutoKitteh, over Socket Mode</span></p>
        </header>
        <main id="main">${body}</main>
        ${view.subject.t === 'question' || view.subject.t === 'confirm' ? '' : aboutTokens()}
      </body>
    </html>`;
}

function aboutTokens(): Html {
  return html`<footer class="foot">
    <p>Tokens are checked with Slack and stored in AutoKitteh, nowhere else. They are never shown again.</p>
  </footer>`;
}

function bodyOf(view: PageView): { title: string; body: Html } {
  const { subject } = view;
  switch (subject.t) {
    case 'none':
      return { title: 'Connect Slack', body: guidePage(view, undefined) };
    case 'unavailable':
      return { title: 'Slack connection', body: unavailablePage(view, subject) };
    case 'question':
      return { title: `Connect ${subject.connection.record.name} with OAuth`, body: questionPage(subject) };
    case 'confirm':
      return { title: `Disconnect ${subject.connection.record.name}?`, body: confirmPage(view, subject) };
    case 'connection': {
      const { connection } = subject;
      const name = connection.record.name;
      switch (connection.setup.t) {
        case 'complete':
          return { title: `Slack connection ${name}`, body: connectedPage(view, subject) };
        case 'built_in':
          return { title: `Adopt ${name}`, body: adoptionPage(view, connection) };
        default:
          return { title: `Connect ${name} to Slack`, body: guidePage(view, connection) };
      }
    }
  }
}

/** A connection that the built-in integration set up, before anything of it was changed. */
function adoptionPage(view: PageView, connection: OwnConnection): Html {
  return html`<h1>Adopt <b>${connection.record.name}</b></h1>
    <p class="lead">
      AutoKitteh’s built-in integration set this connection up, and the server has a socket of its own for it.
      This program can adopt the connection in two steps; tokens, triggers and code stay as they are.
    </p>
    ${otherRefusal(view.outcome)}
    <ol class="steps" role="list">
      <li class="step last">
        <section>
          <h2>Open sockets here</h2>
          <p>
            The app-level token is copied to a variable of this integration, and sockets are opened. The
            server keeps its own socket for now, so each of the two receives a share of the events.
          </p>
          <form method="post" action="/slack/save">
            ${hiddenFields(view)}
            <div class="actions">
              <button class="primary" name="action" value="adopt">Open sockets here</button>
            </div>
          </form>
        </section>
      </li>
      <li class="step last later">
        <section>
          <h2>Close the server’s socket</h2>
          <p>
            The built-in integration’s copy of the token is deleted, and you restart the AutoKitteh server at
            once.
          </p>
        </section>
      </li>
    </ol>`;
}

interface Asked {
  readonly connection: OwnConnection;
  readonly question: Question;
}

/** Asks a person whether an OAuth flow that another page began is wanted. Works without a script. */
function questionPage({ connection, question }: Asked): Html {
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
      <b>${record.name}</b> uses Socket Mode now. If you go on, OAuth replaces Socket Mode, and no event comes
      over sockets any more.
    </p>
  </div>`;
}

/** Asks before both tokens are deleted. */
function confirmPage(view: PageView, { connection }: Extract<Subject, { t: 'confirm' }>): Html {
  const { name } = connection.record;
  const page = new URLSearchParams({ cid: view.connectionId, origin: view.origin });
  return html`<h1>Delete both tokens of <b>${name}</b>?</h1>
    <p class="lead">
      Its sockets are closed, and none of its workflows starts for an event of Slack any more. To connect it
      again, you need both tokens from Slack.
    </p>
    <form method="post" action="/slack/save">
      ${hiddenFields(view)}
      <input type="hidden" name="confirmed" value="yes" />
      <p class="actions">
        <button class="danger" name="action" value="disconnect">Yes, delete both tokens</button>
        <a class="button" href="/slack/?${page.toString()}">Keep them</a>
      </p>
    </form>`;
}

/** Said instead of the guide when the connection cannot be shown. */
function unavailablePage(view: PageView, subject: Extract<Subject, { t: 'unavailable' }>): Html {
  if (subject.needsLogin && view.outcome?.t === 'refused')
    return html`<h1>Log in to go on</h1>
      ${loginOutcome(view, view.outcome)}`;
  return html`<h1>This connection cannot be shown</h1>
    <div class="note note-bad" role="alert">
      <p><strong>${sentence(subject.sentence)}</strong></p>
      <p>${subject.advice}</p>
      ${subject.needsLogin ? html`<p>${loginLink(view)}</p>` : ''}
    </div>`;
}
