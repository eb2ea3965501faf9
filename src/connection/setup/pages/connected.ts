import { html } from 'hono/html';
import { wayBack } from '../http/way-back.js';
import type { OwnConnection } from '../connection-access.js';
import type { LiveConnection } from '../ports.js';
import { tokenForm } from './token-form.js';
import type { Html, PageView } from './view.js';

/** A connection whose tokens are stored: how it fares, and what can be changed. */
export function connectedPage(
  view: PageView,
  connection: OwnConnection,
  live: LiveConnection | undefined,
): Html {
  return html`<h1>${connection.record.name} is connected</h1>
    <p>${live?.status.message ?? ''}</p>
    <a href="${wayBack(view.origin, view.connectionId)}">Finish</a>
    ${tokenForm(view, true)}`;
}
