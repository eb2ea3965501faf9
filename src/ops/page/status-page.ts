import { html } from 'hono/html';
import { durationWords } from '../../core/words.js';
import type { Minute } from '../history.js';
import type { DeadLetter, Overview } from '../overview.js';
import { appsSection } from './apps-section.js';
import type { Markup } from './chart.js';
import { colourOfPage, type Colour } from './colours.js';
import { connectionsSection } from './connections-section.js';
import { deadLettersSection } from './dead-letters-section.js';
import { eventSection, type EventSearched } from './event-section.js';
import { historySection } from './history-section.js';
import { factsSection, replicasSection, verdictSection } from './state-sections.js';

export interface ProgramPageView {
  /** For the style sheets and the one script that the page may load. */
  readonly nonce: string;
  readonly overview: Overview;
  readonly minutes: readonly Minute[];
  readonly letters: readonly DeadLetter[];
  /** The event that was asked for; absent where none was. */
  readonly event: EventSearched | undefined;
  /** What was just done, in a sentence; empty if nothing was. */
  readonly done: string;
  /** Whether the browser has a session that can be ended. */
  readonly hasSession: boolean;
}

/** How the program fares, for people: readable without the script, which only keeps it fresh. */
export function programPage(view: ProgramPageView): Markup {
  const { nonce, overview, minutes, letters, event, done, hasSession } = view;
  const wanted = overview.apps.reduce((sum, app) => sum + app.wanted, 0);
  const { at, startedAt, version } = overview;
  return document(
    { nonce, title: titleOf(overview), colour: colourOfPage(overview), script: 'ops-page.js' },
    html`<header class="top">
        <img src="/ops/assets/icon.svg" alt="" width="28" height="28" />
        <p><strong>Slack</strong> <span>for AutoKitteh, over Socket Mode</span></p>
        <div class="when">
          <p id="freshness">
            As of <time datetime="${at}">${at.slice(11, 19)} UTC</time>
            <a class="plain-only" href="/ops/">Reload</a>
          </p>
          ${hasSession ? html`<form method="post" action="/ops/page/leave"><button class="link">Log out</button></form>` : ''}
        </div>
      </header>
      <main id="main">
        ${done === '' ? '' : html`<p class="note" role="status">${done}</p>`} ${verdictSection(overview)}
        ${factsSection(overview)} ${deadLettersSection(overview, letters)} ${eventSection(event, at)}
        ${historySection(minutes, wanted)} ${replicasSection(overview)} ${connectionsSection(overview)}
        ${appsSection(overview)}
      </main>
      <footer class="foot">
        <p id="about" data-part>
          Version ${version}, running for ${durationWords(Date.parse(at) - Date.parse(startedAt))}. The same
          numbers:
          <code>ak-slack status</code>, <code>/ops/overview</code>, <code>/metrics</code>.
        </p>
      </footer>`,
  );
}

function titleOf({ verdict, problems }: Overview): string {
  if (verdict === 'well') return 'All is well';
  return problems.length === 1 ? '1 problem' : `${problems.length} problems`;
}

/** What a link of `ak-slack open` shows while its code, which only a script can read, is exchanged for a session. */
export function openPage(nonce: string): Markup {
  return document(
    { nonce, title: 'Opening', colour: 'idle', script: 'ops-open.js' },
    html`<header class="top">
        <img src="/ops/assets/icon.svg" alt="" width="28" height="28" />
        <p><strong>Slack</strong> <span>for AutoKitteh, over Socket Mode</span></p>
      </header>
      <main id="main">
        <h1 id="opening" role="status">Opening the status page…</h1>
        <p class="lead" id="otherwise">
          If nothing happens, this browser runs no script, or the link has no code: open
          <a href="/ops/">/ops/</a> and give OPS_TOKEN as the password of any user.
        </p>
      </main>`,
  );
}

const STYLE_SHEETS = ['page', 'controls', 'steps', 'outcome', 'live-state', 'ops', 'narrow'];

const ICONS: Readonly<Partial<Record<Colour, string>>> = {
  warning: 'ops-degraded.svg',
  error: 'ops-broken.svg',
};

interface Head {
  readonly nonce: string;
  readonly title: string;
  /** For the picture in the browser's tab. */
  readonly colour: Colour;
  readonly script: string;
}

function document({ nonce, title, colour, script }: Head, body: Markup): Markup {
  const icon = ICONS[colour] ?? 'icon.svg';
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <meta name="robots" content="noindex" />
        <title>${title} – Slack for AutoKitteh</title>
        <link rel="icon" href="/ops/assets/${icon}" />
        ${STYLE_SHEETS.map(
          (name) => html`<link rel="stylesheet" href="/ops/assets/${name}.css" nonce="${nonce}" />`,
        )}
        <script type="module" src="/ops/assets/${script}" nonce="${nonce}"></script>
      </head>
      <body class="ops">
        <a class="skip" href="#main">Skip to the content</a>
        ${body}
      </body>
    </html>`;
}
