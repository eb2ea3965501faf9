import { html, raw } from 'hono/html';
import type { LocalWorld } from './local-world.js';
import { PAGE_SCRIPT } from './page-script.js';
import { PAGE_STYLE } from './page-style.js';

type Markup = ReturnType<typeof html>;

// More would not be read, and each is asked for twice a second.
const MOST_ARRIVALS = 20;

/** The whole page, as things are. */
export function demoPage(
  world: LocalWorld,
  gatewayUrl: string,
  labels: Readonly<Record<string, string>>,
): Markup {
  const { connectionId, installation, appToken } = world;
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>Slack Socket Mode demo</title>
        <style>
          ${raw(PAGE_STYLE)}
        </style>
        <script type="module">
          ${raw(PAGE_SCRIPT)};
        </script>
      </head>
      <body>
        <header>
          <h1>Slack Socket Mode for AutoKitteh: demo</h1>
          <p>
            Everything runs on this machine: a scripted Slack, a stand-in for the AutoKitteh server, and the
            integration.
          </p>
        </header>
        <main>
          <section aria-labelledby="set-up">
            <h2 id="set-up">1. Set the connection up</h2>
            <p>
              Open <a href="${gatewayUrl}/connections/${connectionId}/init/web">the connection’s page</a>, as
              <code>ak connection init</code> would, and paste these two tokens of the scripted Slack:
            </p>
            <dl>
              ${token('app-token', 'App-level token', appToken)}
              ${token('bot-token', 'Bot token', installation.botToken)}
            </dl>
            <p id="copied" class="quiet" role="status"></p>
          </section>
          <section aria-labelledby="send-title">
            <h2 id="send-title">2. Send something from Slack</h2>
            <form id="send" method="post" action="/send" class="buttons" aria-labelledby="send-title">
              ${Object.entries(labels).map(([what, label]) => html`<button name="what" value="${what}">${label}</button>`)}
            </form>
            ${hint(world)}
          </section>
          <section aria-labelledby="arrive">
            <h2 id="arrive">3. Watch it arrive</h2>
            <p id="status" role="status">${statusWords(world)}</p>
            ${arrivals(world)}
          </section>
        </main>
      </body>
    </html>`;
}

function token(id: string, label: string, value: string): Markup {
  return html`<dt>${label}</dt>
    <dd><code id="${id}" tabindex="0">${value}</code></dd>
    <dd>
      <button
        type="button"
        data-copies="${id}"
        data-what="The ${label.toLowerCase()}"
        aria-label="Copy the ${label.toLowerCase()}"
        hidden
      >
        Copy
      </button>
    </dd>`;
}

/** Said when something was sent while Slack had no socket to send it to. */
function hint({ slack, app, server, connectionId }: LocalWorld): Markup {
  const isSetUp = server.store.vars.get(connectionId)?.has('private_bot_token') === true;
  const isWaiting = slack.ledger.entries.length > 0 && slack.sockets(app).length === 0;
  const words = isSetUp
    ? 'The sockets are not open yet. Slack sends messages, mentions and reactions again until they are; commands, clicks and modals have to be sent once more.'
    : 'The connection is not set up yet, so Slack has no socket to send this to: do step 1 first. Slack sends messages, mentions and reactions again for a while; commands, clicks and modals have to be sent once more.';
  return html`<p id="hint" class="hint" role="status" ${isWaiting ? '' : 'hidden'}>${words}</p>`;
}

function statusWords({ server, slack, connectionId }: LocalWorld): string {
  const status = server.store.connections.get(connectionId)?.status.message ?? '';
  const sent = slack.ledger.entries.length;
  const acknowledged = slack.ledger.acknowledged().length;
  return `${status || 'Not set up yet'}. Slack sent ${sent}, of which ${acknowledged} were acknowledged.`;
}

/** The sessions that were started, newest first, each with all that its workflow printed. */
function arrivals({ server }: LocalWorld): Markup {
  const types = new Map(server.store.events.map(({ eventId, eventType }) => [eventId, eventType]));
  const sessions = [...server.store.sessions.values()].slice(-MOST_ARRIVALS).reverse();
  return html`<p id="nothing" class="quiet" ${sessions.length > 0 ? 'hidden' : ''}>
      Nothing has arrived yet. Each event starts a session of the workflow, and what it prints is shown here.
    </p>
    <ol id="arrivals">
      ${sessions.map(
        ({ sessionId, createdAt, eventId, prints }) =>
          html`<li id="${sessionId}">
            <p>
              <strong>${types.get(eventId) ?? ''}</strong>
              <span class="quiet"
                >at ${new Date(createdAt).toISOString().slice(11, 19)} UTC, ${sessionId}</span
              >
            </p>
            <pre tabindex="0" role="region" aria-label="What the workflow of ${sessionId} printed">
${prints.map(({ text }) => indented(text)).join('\n')}</pre>
          </li>`,
      )}
    </ol>`;
}

/** JSON over several lines, for people; any other text as it is. */
function indented(text: string): string {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}
