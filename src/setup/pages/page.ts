import { html } from 'hono/html';
import { connectedPage } from './connected.js';
import { guidePage } from './guide.js';
import { questionPage } from './question.js';
import { takeOverPage } from './take-over.js';
import { unavailablePage } from './unavailable.js';
import type { Html, PageView } from './view.js';

// In this order: what holds on a phone comes last.
const STYLE_SHEETS = ['page', 'controls', 'steps', 'manifest', 'outcome', 'live-state', 'drawings', 'narrow'];

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
        ${view.subject.t === 'question' ? '' : aboutTokens()}
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
      return { title: 'Slack connection', body: unavailablePage(subject) };
    case 'question':
      return { title: `Connect ${subject.connection.record.name} with OAuth`, body: questionPage(subject) };
    case 'connection': {
      const { connection, live } = subject;
      const name = connection.record.name;
      switch (connection.setup.t) {
        case 'complete':
          return { title: `Slack connection ${name}`, body: connectedPage(view, connection, live) };
        case 'built_in':
          return { title: `Take over ${name}`, body: takeOverPage(view, connection) };
        default:
          return { title: `Connect ${name} to Slack`, body: guidePage(view, connection) };
      }
    }
  }
}
