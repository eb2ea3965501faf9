import { html } from 'hono/html';
import type { OwnConnection } from '../connection-access.js';
import { hiddenFields } from './form.js';
import type { Html, PageView } from './view.js';

/** A connection that the built-in integration set up. */
export function takeOverPage(view: PageView, connection: OwnConnection): Html {
  return html`<h1>Take over ${connection.record.name}</h1>
    <form method="post" action="/slack/save">
      ${hiddenFields(view)}
      <button class="primary" name="action" value="adopt">Adopt</button>
    </form>`;
}
