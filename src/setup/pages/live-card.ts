import { html } from 'hono/html';
import { stateAnswer } from '../live-state.js';
import type { LiveConnection } from '../ports.js';
import type { Html, PageView } from './view.js';

const STATUS_WORDS: Readonly<Record<string, string>> = {
  ok: 'Connected',
  warning: 'Attention',
  error: 'Not working',
};

/** How the connection fares; the script asks again every few seconds and puts the answer in here. */
export function liveCard(view: PageView, live: LiveConnection | undefined): Html {
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
      <strong data-live="word">${STATUS_WORDS[code] ?? 'Not connected yet'}</strong>
      <span data-live="message">${message}</span>
    </p>
    <dl class="facts">
      ${fact('sockets', 'Sockets open', `${state.sockets.open} of ${state.sockets.wanted}`)}
      ${fact('delivered', 'Events delivered', String(state.delivered))}
      ${fact('waiting', 'Waiting', String(state.waiting))}
      ${fact('dead', 'Refused by AutoKitteh', String(state.dead))}
      ${fact('last-event', 'Last event', state.lastEvent?.type ?? 'none yet')}
    </dl>
    <p class="hint" data-live="inactive" ${state.active ? 'hidden' : ''}>
      The project has no active deployment. Sockets are opened as soon as it has one.
    </p>
    <p class="hint plain-only">Load the page again to see the present state.</p>
  </section>`;
}

function fact(name: string, label: string, value: string): Html {
  return html`<div>
    <dt>${label}</dt>
    <dd data-live="${name}">${value}</dd>
  </div>`;
}
