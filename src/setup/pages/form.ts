import { html } from 'hono/html';
import type { Html, PageView } from './view.js';

/** The fields that every form of the page carries: which connection, and where the person came from. */
export function hiddenFields(view: PageView, authType = 'socketMode'): Html {
  return html`<input type="hidden" name="cid" value="${view.connectionId}" />
    <input type="hidden" name="origin" value="${view.origin}" />
    <input type="hidden" name="auth_type" value="${authType}" />`;
}
