import { html } from 'hono/html';
import { sentence } from './sentence.js';
import type { Html, Subject } from './view.js';

/** Said instead of the guide when the connection cannot be shown. */
export function unavailablePage(subject: Extract<Subject, { t: 'unavailable' }>): Html {
  return html`<h1>This connection cannot be shown</h1>
    <div class="note note-bad" role="alert">
      <p><strong>${sentence(subject.sentence)}</strong></p>
      <p>${subject.advice}</p>
    </div>`;
}
