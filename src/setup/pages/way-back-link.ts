import { html } from 'hono/html';
import { isOrigin, wayBack } from '../way-back.js';
import type { Html, PageView } from './view.js';

const WORDS: Readonly<Record<string, string>> = {
  cli: 'Done: back to the terminal',
  vscode: 'Done: back to VS Code',
  dash: 'Done: back to the dashboard',
};

/** To where the person came from; nothing when the page was opened by its bare address. */
export function wayBackLink({ origin, connectionId, serverUrl }: PageView): Html | string {
  if (!isOrigin(origin)) return '';
  const words = WORDS[origin] ?? 'Done: back to AutoKitteh';
  return html`<p class="actions">
    <a class="button primary" id="way-back" href="${wayBack(origin, connectionId, serverUrl)}">${words}</a>
  </p>`;
}
