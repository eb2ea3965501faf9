import { html } from 'hono/html';
import type { OwnConnection } from '../connection-access.js';
import { hiddenFields } from './form.js';
import { otherRefusal } from './outcome.js';
import type { Html, PageView } from './view.js';

/** A connection that the built-in integration set up, before anything of it was changed. */
export function takeOverPage(view: PageView, connection: OwnConnection): Html {
  return html`<h1>Take <b>${connection.record.name}</b> over</h1>
    <p class="lead">
      AutoKitteh’s built-in integration set this connection up, and its socket is the server’s own. It can
      move here in two steps; tokens, triggers and code stay as they are.
    </p>
    ${otherRefusal(view.outcome)}
    <ol class="steps" role="list">
      <li class="step last">
        <section>
          <h2>Open sockets here</h2>
          <p>
            The app-level token is copied to a name of ours, and sockets are opened. The server keeps its own
            socket for now, so both receive events, each its share.
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
          <p>The built-in’s copy of the token is deleted, and you restart the AutoKitteh server at once.</p>
        </section>
      </li>
    </ol>`;
}
