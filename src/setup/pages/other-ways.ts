import { html } from 'hono/html';
import { hiddenFields } from './form.js';
import type { Html, PageView } from './view.js';

/** The types of connection that the AutoKitteh server itself saves: these forms go to it as they are. */
export function otherWays(view: PageView): Html {
  return html`<details class="aside" id="other-ways">
    <summary>Connect with OAuth instead</summary>
    <p>Slack then calls the AutoKitteh server, which must be reachable from the internet.</p>
    <form method="post" action="/slack/save" class="plain">
      ${hiddenFields(view, 'oauthDefault')}
      <button>Use the server’s own Slack app</button>
    </form>
    <form method="post" action="/slack/save" class="plain">
      ${hiddenFields(view, 'oauthPrivate')}
      <h3>Or an app of yours</h3>
      ${secret('client_id', 'Client ID', 'text')} ${secret('client_secret', 'Client secret', 'password')}
      ${secret('signing_secret', 'Signing secret', 'password')}
      <button>Use this app</button>
    </form>
  </details>`;
}

function secret(name: string, label: string, type: 'text' | 'password'): Html {
  return html`<div class="field">
    <label for="${name}">${label}</label>
    <input id="${name}" name="${name}" type="${type}" autocomplete="off" spellcheck="false" required />
  </div>`;
}
