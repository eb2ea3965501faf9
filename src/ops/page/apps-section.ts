import { html } from 'hono/html';
import { counted, durationWords } from '../../core/words.js';
import type { SocketFacts } from '../../slack/status.js';
import type { AppView, Overview } from '../overview.js';
import type { Markup } from './chart.js';
import { colourOfApp } from './colours.js';

const SHOWN = 100;

const SOCKET_WORDS: Readonly<Record<string, string>> = {
  fetching_url: 'asking for a URL',
  dialling: 'dialling',
  awaiting_hello: 'waiting for hello',
  live: 'live',
  suspect: 'does not answer',
  draining: 'draining',
};

/** Each Slack app with its sockets and their ages; those that miss some first. */
export function appsSection({ apps }: Overview): Markup {
  const sorted = apps.toSorted(
    (left, right) =>
      left.sockets - left.wanted - (right.sockets - right.wanted) || left.id.localeCompare(right.id),
  );
  const hidden = sorted.length - SHOWN;
  return html`<section id="apps" data-part aria-labelledby="apps-title">
    <h2 id="apps-title">Slack apps</h2>
    ${
      sorted.length === 0
        ? html`<p class="hint">
            No sockets are wanted: no connection with an active deployment has both tokens.
          </p>`
        : html`<div class="apps">${sorted.slice(0, SHOWN).map(appCard)}</div>`
    }
    ${hidden > 0 ? html`<p class="hint">And ${counted(hidden, 'more app')} with all of their sockets.</p>` : ''}
  </section>`;
}

function appCard(app: AppView): Markup {
  const { id, sockets, wanted, ghosts, list } = app;
  return html`<article class="card app" data-code="${colourOfApp(app)}">
    <h3><span class="lamp" aria-hidden="true"></span><code>${id}</code></h3>
    <p class="sockets"><b>${sockets}</b> of ${counted(wanted, 'socket')} live</p>
    ${
      list.length === 0
        ? html`<p class="hint">No socket is open.</p>`
        : html`<ul class="ages" role="list">
            ${list.map(socketItem)}
          </ul>`
    }
    ${
      ghosts > 0
        ? html`<p class="hint">
            Slack counts ${counted(ghosts, 'socket')} more of this app, which another program holds.
          </p>`
        : ''
    }
  </article>`;
}

function socketItem({ state, ageMs, renewsInMs, inFlight }: SocketFacts): Markup {
  const share =
    renewsInMs === undefined ? 0 : Math.round((1_000 * ageMs) / Math.max(1, ageMs + renewsInMs)) / 10;
  return html`<li>
    <p>
      ${SOCKET_WORDS[state] ?? state}, ${durationWords(ageMs)} old
      <small
        >${renewsInMs === undefined ? '' : `replaced in ${durationWords(renewsInMs)}`}${inFlight > 0 ? `; ${inFlight} in flight` : ''}</small
      >
    </p>
    ${
      renewsInMs === undefined
        ? ''
        : html`<svg viewBox="0 0 100 3" preserveAspectRatio="none" aria-hidden="true">
            <rect class="whole" width="100" height="3" rx="1.5" />
            <rect class="past" width="${share}" height="3" rx="1.5" />
          </svg>`
    }
  </li>`;
}
