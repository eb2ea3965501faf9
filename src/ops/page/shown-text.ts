import { html } from 'hono/html';
import type { Markup } from './chart.js';

// Texts quote other systems, so that no other address becomes a link: pages of a Slack app's settings, and what people type.
const SPECIAL = /(https:\/\/api\.slack(?:-gov)?\.com\/apps(?:\/A[A-Z0-9]+\/[a-z-]+)?|`[^`]{1,200}`)/;

/** A text of the program for the page: commands as code, and addresses of Slack apps' own pages as links. */
export function shownText(text: string): Markup {
  // Every second part is one that the pattern found.
  const parts = text
    .split(SPECIAL)
    .map((part, index) => (index % 2 === 0 ? part : part.startsWith('`') ? code(part) : link(part)));
  return html`${parts}`;
}

function code(quoted: string): Markup {
  return html`<code>${quoted.slice(1, -1)}</code>`;
}

function link(address: string): Markup {
  return html`<a href="${address}" target="_blank" rel="noopener noreferrer"
    >${address.replace('https://', '')} <span aria-hidden="true">↗</span
    ><span class="unseen"> (opens a new tab)</span></a
  >`;
}
