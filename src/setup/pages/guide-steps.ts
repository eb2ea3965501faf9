import { html } from 'hono/html';
import { DOCUMENTED_APP_MANIFEST, type AppManifest } from '../app-manifest.js';
import { drawAppHome, drawAppToken, drawBotToken, drawCreateApp, drawInstall } from './drawings.js';
import { manifestEditor } from './manifest-editor.js';
import { settingsLink } from './slack-links.js';
import type { Html, PageView } from './view.js';

/** What there is to do in Slack, one step each; `open` shows the first one unfolded. */
export function slackSteps(view: PageView, open: boolean): Html {
  const { app_home: home } = view.manifest.features;
  const messagesTab = home?.messages_tab_enabled === true;
  return html`${step(
    'create',
    'Create the Slack app',
    'From a manifest that is ready, or as you change it.',
    open,
    html`<div class="beside">
        <div>
          <p>Slack opens with everything filled in. Choose your workspace, go on, and create the app.</p>
          ${whatItGets(view)}
        </div>
        ${drawCreateApp()}
      </div>
      ${manifestEditor(view)}`,
  )}
  ${step(
    'app-token',
    'Make the app-level token',
    'Opens the sockets. Starts with xapp-.',
    false,
    html`<div class="beside">
      <div>
        <p>
          Open <b>Basic Information</b>, go down to <b>App-Level Tokens</b>, and press
          <b>Generate Token and Scopes</b>.
        </p>
        <p>
          Give it any name, add the scope <code>connections:write</code>, press <b>Generate</b>, and copy it.
        </p>
        <p>${settingsLink(view, 'general')}</p>
        ${
          view.subject.t === 'connection'
            ? html`<p>
                <a href="#app_token">Paste it into its field</a> at once: it tells which app it is, and the
                links of the next steps lead straight to that app.
              </p>`
            : ''
        }
        <p class="hint">A manifest cannot create this token: you have to create it yourself.</p>
      </div>
      ${drawAppToken()}
    </div>`,
  )}
  ${step(
    'install',
    'Install it in the workspace',
    'Gives the bot its token.',
    false,
    html`<div class="beside">
      <div>
        <p>
          In the app’s settings, open <b>Install App</b>, press <b>Install to Workspace</b>, then
          <b>Allow</b>.
        </p>
        <p>${settingsLink(view, 'install-on-team')}</p>
        <p class="hint">
          In some workspaces an administrator has to approve the app first: then Slack says “Request to
          Install”.
        </p>
      </div>
      ${drawInstall()}
    </div>`,
  )}
  ${step(
    'bot-token',
    'Copy the bot token',
    'Lets workflows act as the bot. Starts with xoxb-.',
    false,
    html`<div class="beside">
      <div>
        <p>Open <b>Install App</b> again and copy the <b>Bot User OAuth Token</b>.</p>
        <p>${settingsLink(view, 'install-on-team')}</p>
        <p class="hint">After a change of scopes, install the app again: the token may change with it.</p>
      </div>
      ${drawBotToken()}
    </div>`,
  )}
  ${step(
    'app-home',
    'Let people write to the bot',
    messagesTab
      ? 'The manifest has done this: check it only if you created the app without the manifest.'
      : 'One switch and one box.',
    false,
    html`<div class="beside">
      <div>
        <p>
          Open <b>App Home</b> and go down to <b>Show Tabs</b>. Switch the <b>Messages Tab</b> on, and tick
          “Allow users to send Slash commands and messages from the messages tab”.
        </p>
        <p>${settingsLink(view, 'app-home')}</p>
      </div>
      ${drawAppHome()}
    </div>`,
  )}`;
}

/** The name of the app, what it can do, and the way to the other app: the documented one, or the proposed one. */
function whatItGets(view: PageView): Html {
  const { display_information: shown, features } = view.manifest;
  const commands = features.slash_commands ?? [];
  const other = new URLSearchParams({
    ...(view.connectionId !== '' && { cid: view.connectionId, origin: view.origin }),
    ...(view.documented ? {} : { app: 'documented' }),
  });
  const more = beyondDocumentation(view.manifest);
  return html`<p>
      It is called <b>${shown.name}</b> and gets a bot,
      ${commands.map(({ command }, index) => html`${index === 0 ? '' : ' and '}<code>${command}</code>`)}, and
      the scopes and events that AutoKitteh’s examples use.
    </p>
    <p class="hint">
      ${
        more.length === 0
          ? ''
          : html`More than AutoKitteh’s documentation has:
            ${more.map((name, index) => html`${index === 0 ? '' : ', '}<code>${name}</code>`)}.`
      }
      <a href="/slack/?${other.toString()}"
        >${view.documented ? 'Propose an app with the project’s name' : 'Use the documented app instead'}</a
      >
    </p>`;
}

function beyondDocumentation({ oauth_config: oauth, settings }: AppManifest): string[] {
  const documented = DOCUMENTED_APP_MANIFEST;
  const known = new Set([
    ...documented.oauth_config.scopes.bot,
    ...documented.settings.event_subscriptions.bot_events,
  ]);
  return [...oauth.scopes.bot, ...settings.event_subscriptions.bot_events].filter((name) => !known.has(name));
}

function step(id: string, title: string, gist: string, open: boolean, body: Html): Html {
  return html`<li class="step" id="${id}">
    <details ${open ? 'open' : ''}>
      <summary>
        <h2>${title}</h2>
        <span class="gist">${gist}</span>
      </summary>
      <div class="body">${body}</div>
    </details>
  </li>`;
}
