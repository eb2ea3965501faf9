import { html } from 'hono/html';
import type { Markup } from './chart.js';

// Texts quote other systems, so that no other address becomes a link: pages of a Slack app's settings, and what people type.
const SPECIAL = /https:\/\/api\.slack(?:-gov)?\.com\/apps(?:\/A[A-Z0-9]+\/[a-z-]+)?|`[^`]{1,200}`/;

/**
 * A text of the program for the page: commands as code, and as links the addresses of Slack apps' own pages and the words that
 * `links` has an address for.
 */
export function shownText(text: string, links: ReadonlyMap<string, string> = new Map()): Markup {
  const words = [...links.keys()].sort((one, other) => other.length - one.length).map(escaped);
  const special = new RegExp(`(${[SPECIAL.source, ...words].join('|')})`);
  // Every second part is one that the pattern found.
  const parts = text.split(special).map((part, index) => (index % 2 === 0 ? part : shown(part, links)));
  return html`${parts}`;
}

function shown(part: string, links: ReadonlyMap<string, string>): Markup {
  const address = links.get(part);
  if (address !== undefined) return link(part, address);
  return part.startsWith('`')
    ? html`<code>${part.slice(1, -1)}</code>`
    : link(part.replace('https://', ''), part);
}

function escaped(words: string): string {
  return words.replaceAll(/[\\^$.*+?()[\]{}|]/g, String.raw`\$&`);
}

function link(words: string, address: string): Markup {
  return html`<a href="${address}" target="_blank" rel="noopener noreferrer"
    >${words} <span aria-hidden="true">↗</span><span class="unseen"> (opens a new tab)</span></a
  >`;
}
