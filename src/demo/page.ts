import { serve } from '@hono/node-server';
import { Hono } from 'hono';
import { html, raw } from 'hono/html';
import type { AddressInfo } from 'node:net';
import { reactionAdded } from '../sim/slack/frames/happenings.js';
import { blockAction, viewSubmission } from '../sim/slack/frames/interactions.js';
import { appMention, message } from '../sim/slack/frames/messages.js';
import { slashCommand } from '../sim/slack/frames/slash-command.js';
import type { Frame } from '../sim/slack/frames/draft.js';
import type { LocalWorld } from './local-world.js';

type Markup = ReturnType<typeof html>;

const SENDABLE: Readonly<Record<string, { readonly label: string; readonly frame: () => Frame }>> = {
  message: { label: 'Message', frame: () => message({ text: 'hello from the demo' }) },
  mention: { label: 'Mention', frame: () => appMention({ text: 'hello bot' }) },
  reaction: { label: 'Reaction', frame: () => reactionAdded() },
  command: { label: 'Slash command', frame: () => slashCommand({ text: 'status' }) },
  button: { label: 'Click on a button', frame: () => blockAction() },
  modal: { label: 'Modal submitted', frame: () => viewSubmission() },
};

const STYLE = `
  :root { color-scheme: light dark; font: 16px/1.6 system-ui, sans-serif; }
  body { max-width: 46rem; margin: 2rem auto; padding: 0 1rem; }
  button { font: inherit; padding: 0.35rem 0.9rem; margin: 0 0.4rem 0.4rem 0; border-radius: 0.4rem; border: 1px solid; cursor: pointer; }
  code { overflow-wrap: anywhere; }
  td { overflow-wrap: anywhere; }
  td, th { text-align: left; padding: 0.2rem 1rem 0.2rem 0; }
  .live { min-height: 8rem; }
`;

const SCRIPT = `
  const rows = document.querySelector('tbody');
  const status = document.querySelector('#status');
  for (const button of document.querySelectorAll('button')) {
    button.addEventListener('click', () => fetch('/send/' + button.value, { method: 'POST' }));
  }
  async function refresh() {
    const world = await (await fetch('/world')).json();
    status.textContent = world.status;
    rows.replaceChildren(...world.arrivals.map((cells) => {
      const row = document.createElement('tr');
      for (const cell of cells) row.insertCell().textContent = cell;
      return row;
    }));
  }
  setInterval(refresh, 500);
  refresh();
`;

/** A page on this machine to set the connection up from, to send Slack events from, and to watch them arrive. */
export function servePage(world: LocalWorld, gatewayUrl: string): Promise<{ url: string; stop: () => void }> {
  const routes = new Hono();
  routes.get('/', (context) => context.html(page(world, gatewayUrl)));
  routes.post('/send/:what', (context) => {
    const sendable = SENDABLE[context.req.param('what')];
    if (sendable === undefined) return context.notFound();
    world.slack.send(world.installation, sendable.frame());
    return context.body(null, 204);
  });
  routes.get('/world', (context) => context.json(seen(world)));
  return new Promise((resolve) => {
    const server = serve({ fetch: routes.fetch, hostname: '127.0.0.1', port: 0 }, ({ port }: AddressInfo) => {
      resolve({ url: `http://127.0.0.1:${port}/`, stop: () => void server.close() });
    });
  });
}

function seen({ server, slack, connectionId }: LocalWorld): { status: string; arrivals: string[][] } {
  const sessions = [...server.store.sessions.values()].slice(-20).reverse();
  const types = new Map(server.store.events.map(({ eventId, eventType }) => [eventId, eventType]));
  const { entries } = slack.ledger;
  const acknowledged = slack.ledger.acknowledged().length;
  const status = server.store.connections.get(connectionId)?.status.message ?? '';
  return {
    status: `${status || 'not set up'} — Slack sent ${entries.length} events, ${acknowledged} were acknowledged`,
    arrivals: sessions.map(({ createdAt, eventId, prints }) => [
      new Date(createdAt).toLocaleTimeString(),
      types.get(eventId) ?? '',
      (prints[0]?.text ?? '').slice(0, 120),
    ]),
  };
}

function page({ connectionId, installation, appToken }: LocalWorld, gatewayUrl: string): Markup {
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width" />
        <title>Slack Socket Mode demo</title>
        <style>
          ${raw(STYLE)}
        </style>
      </head>
      <body>
        <h1>Slack Socket Mode for AutoKitteh: demo</h1>
        <p>
          Everything runs on this machine: a scripted Slack, a stand-in for the AutoKitteh server, and the
          integration.
        </p>
        <h2>1. Set the connection up</h2>
        <p>
          Open <a href="${gatewayUrl}/connections/${connectionId}/init/web">the connection's page</a>, as
          <code>ak connection init</code> would, and paste these two tokens of the scripted Slack:
        </p>
        <p>Bot token: <code>${installation.botToken}</code></p>
        <p>App-level token: <code>${appToken}</code></p>
        <h2>2. Send something from Slack</h2>
        <p>
          ${Object.entries(SENDABLE).map(([value, { label }]) => html`<button type="button" value="${value}">${label}</button>`)}
        </p>
        <h2>3. Watch it arrive</h2>
        <p id="status" role="status"></p>
        <div class="live">
          <table>
            <thead>
              <tr>
                <th scope="col">Session</th>
                <th scope="col">Event</th>
                <th scope="col">What the workflow printed</th>
              </tr>
            </thead>
            <tbody></tbody>
          </table>
        </div>
        <script>
          ${raw(SCRIPT)};
        </script>
      </body>
    </html>`;
}
