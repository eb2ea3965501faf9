import { html } from 'hono/html';
import type { Html, PageView } from './pages/view.js';

/** Where a person came from: `cli`, `web`, `vscode`, `dash`, or a word that a user interface made up. */
const ORIGIN = /^\w+$/;

// AutoKitteh's extension for VS Code is told through this URI.
const VSCODE = 'vscode://autokitteh.autokitteh';

/** Whether `origin` may stand in a redirect. An empty one may not. */
export function isOrigin(origin: string): boolean {
  return ORIGIN.test(origin);
}

/**
 * Where a person goes when the connection is set up: AutoKitteh's own pages, as its built-in integrations do it; at
 * `serverUrl` if they are not beside ours.
 */
export function wayBack(origin: string, connectionId: string, serverUrl = ''): string {
  switch (origin) {
    case 'vscode':
      return `${VSCODE}?cid=${connectionId}`;
    case 'dash':
      return `${serverUrl}/internal/dashboard/connections/${connectionId}?msg=Success`;
    default:
      return `${serverUrl}/connections/${connectionId}/success`;
  }
}

/** Where VS Code learns that it went wrong; every other origin gets the error as the answer itself. */
export function vscodeFailure(connectionId: string, status: number, error: string): string {
  const query = new URLSearchParams({ cid: connectionId, status: String(status), error });
  return `${VSCODE}?${query.toString()}`;
}

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
