import type { Page } from 'playwright-core';
import type { Dev } from '../../src/dev/start-dev.js';
import { sendOnline, startAuthorWorld, told } from '../world/dev-world.js';

/** The page of a run of `ak-slack dev`, on whose project a test may play. */
export interface DevSite {
  readonly dev: Dev;
  /** Opens the page after all kinds of things have happened: a session that posts, one that fails, one that does not begin. */
  show(page: Page): Promise<void>;
  stop(): Promise<void>;
}

const LONG = `${'Many words, '.repeat(60)}${'x'.repeat(300)} The end.`;
const TRACEBACK =
  'ValueError(\'no\')\n\nTraceback (most recent call last):\n  File "main.py", line 3, in on_event';

export async function startDevSite(): Promise<DevSite> {
  const author = await startAuthorWorld();
  author.server.standIn.emulate('main.star:on_event', async (session) => {
    const { text, command } = session.event.data;
    if (command !== undefined) throw new Error(TRACEBACK);
    session.print(typeof text === 'string' ? text : '');
    await fetch(`${session.env['AK_SLACK_DEV_API_URL'] ?? ''}chat.postMessage`, {
      method: 'POST',
      body: new URLSearchParams({ channel: 'general', text: LONG }),
      headers: { authorization: `Bearer ${session.env['my_slack__private_bot_token'] ?? ''}` },
    });
  });
  const dev = await author.dev();
  return {
    dev,
    async show(page) {
      const message = await sendOnline(dev, { kind: 'message', text: 'hello from the page' });
      await told(dev, 'session', (entry) => entry.sent === message && entry.state === 'completed');
      const command = await sendOnline(dev, { kind: 'command' });
      await told(dev, 'session', (entry) => entry.sent === command && entry.state === 'error');
      await page.goto(dev.url);
      await page.getByRole('button', { name: 'Submit the modal' }).click();
      await page.getByText('no workflow has opened a modal').waitFor();
      await page.getByText('Traceback').waitFor();
    },
    stop: () => author.stop(),
  };
}
