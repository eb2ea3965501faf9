import { html } from 'hono/html';
import type { OwnConnection } from '../connection-access.js';
import { slackSteps } from './guide-steps.js';
import { tokenForm } from './forms.js';
import { appOutcomeOf } from './outcome.js';
import { hiddenFields, type Html, type PageView } from './view.js';

/** From "I have no Slack app" to "connected". Without a connection there is nothing to save into. */
export function guidePage(view: PageView, connection: OwnConnection | undefined): Html {
  return html`<h1>
      Connect ${connection === undefined ? 'Slack' : html`<b>${connection.record.name}</b> to Slack`}
    </h1>
    <p class="lead">
      Six steps, about five minutes. You need a Slack workspace in which you may install apps.
      ${connection === undefined ? '' : html`<a href="#tokens">I have both tokens already</a>`}
    </p>
    ${connection === undefined ? '' : notice(connection)} ${whenToUse()}
    <ol class="steps" role="list">
      ${slackSteps(view, view.outcome === undefined || appOutcomeOf(view.outcome) !== undefined)}
      <li class="step last" id="tokens">
        <section aria-labelledby="tokens-title">
          <h2 id="tokens-title">Paste both tokens</h2>
          ${connection === undefined ? openFromConnection() : tokenForm(view, false)}
        </section>
      </li>
    </ol>
    ${connection === undefined ? '' : otherWays(view)}`;
}

function openFromConnection(): Html {
  return html`<div class="note">
    <p>
      Open this page from a connection to save them: in AutoKitteh’s web UI, or with
      <code>ak connection init &lt;connection&gt;</code>.
    </p>
  </div>`;
}

function notice({ setup }: OwnConnection): Html | string {
  if (setup.t === 'incomplete') {
    return html`<div class="note note-warn" role="status">
      <p><strong>Something is missing.</strong></p>
      <ul>
        ${setup.problems.map((problem) => html`<li>${problem}</li>`)}
      </ul>
    </div>`;
  }
  if (setup.t === 'other') {
    return html`<div class="note" role="status">
      <p>
        This connection is of the type <code>${setup.authType}</code> now. Saving both tokens here turns it
        into a Socket Mode connection.
      </p>
    </div>`;
  }
  return '';
}

function whenToUse(): Html {
  return html`<details class="aside">
    <summary>Is Socket Mode right for me?</summary>
    <ul>
      <li>Yes, if AutoKitteh runs behind a firewall: it calls Slack, and Slack never calls it.</li>
      <li>Yes, if you want slash commands, scopes or events of your own.</li>
      <li>
        If the server’s own Slack app is enough for you, OAuth takes one click: see the end of this page.
      </li>
    </ul>
  </details>`;
}

/** The types of connection that the AutoKitteh server itself saves: these forms go to it as they are. */
function otherWays(view: PageView): Html {
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
