import { html } from 'hono/html';
import type { OwnConnection } from '../connection-access.js';
import { tokenForm } from './token-form.js';
import type { Html, PageView } from './view.js';

/** From "I have no Slack app" to "connected". Without a connection there is nothing to save into. */
export function guidePage(view: PageView, connection: OwnConnection | undefined): Html {
  return html`<h1>Connect ${connection === undefined ? 'Slack' : connection.record.name}</h1>
    ${connection === undefined ? '' : tokenForm(view, false)}`;
}
