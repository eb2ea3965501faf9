import { html } from 'hono/html';
import type { OwnConnection } from '../connection-access.js';
import type { LiveConnection } from '../ports.js';
import { hiddenFields } from './form.js';
import type { Html, PageView } from './view.js';

/** What is left to do after a connection of the built-in integration was taken over; nothing for any other. */
export function adoptionNote(
  view: PageView,
  { setup }: OwnConnection,
  live: LiveConnection | undefined,
): Html | string {
  if (setup.t === 'complete' && setup.adopting) return finishNote(view, live);
  const others = otherSockets(live);
  return html`<div class="note note-warn" data-live="others" ${others > 0 ? '' : 'hidden'}>
    <p>
      <strong
        >Open sockets of this app that are not ours: <span data-live="others-count">${others}</span>.</strong
      >
      Each of them takes its share of the events. If the AutoKitteh server held this connection before,
      restart it now; else look for another program with the same app-level token.
    </p>
  </div>`;
}

function finishNote(view: PageView, live: LiveConnection | undefined): Html {
  return html`<section class="card card-warn" id="finish" aria-labelledby="finish-title">
    <h2 id="finish-title">One more step: close the server’s socket</h2>
    <p>
      The AutoKitteh server still holds a socket of its own and takes its share of the events.
      ${
        live === undefined || live.sockets.counted === 0
          ? ''
          : html`Sockets of this app that Slack counts: ${live.sockets.counted}; ours: ${live.sockets.open}.`
      }
    </p>
    <ol class="simple">
      <li>Press the button: the built-in’s copy of the token is deleted.</li>
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
