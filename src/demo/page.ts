import { serve } from '@hono/node-server';
import { Hono } from 'hono';
import type { AddressInfo } from 'node:net';
import { answerAsset, loadAssets } from '../http/page-assets.js';
import type { Frame } from '../sim/slack/frames/draft.js';
import { reactionAdded } from '../sim/slack/frames/happenings.js';
import { blockAction, viewSubmission } from '../sim/slack/frames/interactions.js';
import { appMention, message } from '../sim/slack/frames/messages.js';
import { slashCommand } from '../sim/slack/frames/slash-command.js';
import type { LocalWorld } from './local-world.js';
import { demoPage } from './demo-page.js';

const SENDABLE: Readonly<Record<string, { readonly label: string; readonly frame: () => Frame }>> = {
  message: { label: 'Message', frame: () => message({ text: 'hello from the demo' }) },
  mention: { label: 'Mention', frame: () => appMention({ text: 'hello bot' }) },
  reaction: { label: 'Reaction', frame: () => reactionAdded() },
  command: { label: 'Slash command', frame: () => slashCommand({ text: 'status' }) },
  button: { label: 'Click on a button', frame: () => blockAction() },
  modal: { label: 'Modal submitted', frame: () => viewSubmission() },
};

/** A page on this machine to set the connection up from, to send Slack events from, and to watch them arrive. */
export function servePage(world: LocalWorld, gatewayUrl: string): Promise<{ url: string; stop: () => void }> {
  const assets = loadAssets();
  const labels = Object.fromEntries(Object.entries(SENDABLE).map(([what, { label }]) => [what, label]));
  const routes = new Hono();
  routes.get('/', (context) => context.html(demoPage(world, gatewayUrl, labels)));
  routes.get('/copying.js', (context) => answerAsset(context, assets, 'copying.js'));
  routes.post('/send', async (context) => {
    const { what } = await context.req.parseBody();
    const sendable = typeof what === 'string' && Object.hasOwn(SENDABLE, what) ? SENDABLE[what] : undefined;
    if (sendable === undefined) return context.notFound();
    world.slack.send(world.installation, sendable.frame());
    return context.redirect('/', 303);
  });
  return new Promise((resolve) => {
    const server = serve({ fetch: routes.fetch, hostname: '127.0.0.1', port: 0 }, ({ port }: AddressInfo) => {
      resolve({ url: `http://127.0.0.1:${port}/`, stop: () => void server.close() });
    });
  });
}
