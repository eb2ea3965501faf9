import { html } from 'hono/html';
import type { LocalWorld } from './local-world.js';
import { copied, watchPage, type ShownArrival, type PageMarkup } from './page-markup.js';

// More would not be read, and each is asked for twice a second.
const MOST_ARRIVALS = 20;

/** The demo's page, as things are. */
export function demoPage(
  world: LocalWorld,
  gatewayUrl: string,
  labels: Readonly<Record<string, string>>,
): PageMarkup {
  const { connectionId, installation, appToken } = world;
  return watchPage({
    title: 'Slack Socket Mode demo',
    heading: 'Slack Socket Mode for AutoKitteh: demo',
    introduction:
      'Everything runs on this machine: a scripted Slack, a stand-in for the AutoKitteh server, and the integration.',
    first: {
      heading: 'Set the connection up',
      body: html`<p>
          Open <a href="${gatewayUrl}/connections/${connectionId}/init/web">the connection’s page</a>, as
          <code>ak connection init</code> would, and paste these two tokens of the scripted Slack:
        </p>
        <dl>
          ${copied('app-token', 'App-level token', appToken)}
          ${copied('bot-token', 'Bot token', installation.botToken)}
        </dl>`,
    },
    form: html`<form id="send" method="post" action="/send" class="buttons" aria-labelledby="send-title">
      ${Object.entries(labels).map(([what, label]) => html`<button name="what" value="${what}">${label}</button>`)}
    </form>`,
    hint: hint(world),
    status: statusWords(world),
    arrivals: arrivals(world),
    nothing:
      'Nothing has arrived yet. Each event starts a session of the workflow, and what it prints is shown here.',
  });
}

/** Said when something was sent while Slack had no socket to send it to. */
function hint({ slack, app, server, connectionId }: LocalWorld): string {
  const isSetUp = server.store.vars.get(connectionId)?.has('private_bot_token') === true;
  const isWaiting = slack.ledger.entries.length > 0 && slack.sockets(app).length === 0;
  if (!isWaiting) return '';
  return isSetUp
    ? 'The sockets are not open yet. Slack sends messages, mentions and reactions again until they are; commands, clicks and modals have to be sent once more.'
    : 'The connection is not set up yet, so Slack has no socket to send this to: do step 1 first. Slack sends messages, mentions and reactions again for a while; commands, clicks and modals have to be sent once more.';
}

function statusWords({ server, slack, connectionId }: LocalWorld): string {
  const status = server.store.connections.get(connectionId)?.status.message ?? '';
  const sent = slack.ledger.entries.length;
  const acknowledged = slack.ledger.acknowledged().length;
  return `${status || 'Not set up yet'}. Slack sent ${sent}, of which ${acknowledged} were acknowledged.`;
}

/** The sessions that were started, newest first, each with all that its workflow printed. */
function arrivals({ server }: LocalWorld): ShownArrival[] {
  const types = new Map(server.store.events.map(({ eventId, eventType }) => [eventId, eventType]));
  const sessions = [...server.store.sessions.values()].slice(-MOST_ARRIVALS).reverse();
  return sessions.map(({ sessionId, createdAt, eventId, prints }) => ({
    id: sessionId,
    title: types.get(eventId) ?? '',
    detail: `at ${new Date(createdAt).toISOString().slice(11, 19)} UTC, ${sessionId}`,
    texts: prints.map(({ text }) => text),
    label: `What the workflow of ${sessionId} printed`,
  }));
}
