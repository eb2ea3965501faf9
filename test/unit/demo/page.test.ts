import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startLocalWorld, type LocalWorld } from '../../../src/demo/local-world.js';
import { servePage } from '../../../src/demo/page.js';

let world: LocalWorld;
let page: { url: string; stop: () => void };

beforeEach(async () => {
  world = await startLocalWorld();
  page = await servePage(world, 'http://127.0.0.1:1');
});

afterEach(async () => {
  page.stop();
  await world.stop();
});

/** The page as a browser without script has it after a button was pressed. */
async function send(what: string): Promise<string> {
  const response = await fetch(`${page.url}send`, { method: 'POST', body: new URLSearchParams({ what }) });
  return response.text();
}

async function open(): Promise<string> {
  return (await fetch(page.url)).text();
}

describe('The page of the demo', () => {
  it('The page has both tokens, in the order in which the guide asks for them', async () => {
    const text = await open();
    const app = text.indexOf(world.appToken);
    const bot = text.indexOf(world.installation.botToken);
    expect(app).toBeGreaterThan(0);
    expect(bot).toBeGreaterThan(app);
    expect(text).toContain('Nothing has arrived yet.');
  });

  it('The page says what to do when something is sent before the connection is set up, without a script too', async () => {
    const hint = /id="hint" class="hint" role="status"\s*hidden/;
    expect(await open()).toMatch(hint);
    const sent = await send('message');
    expect(sent).not.toMatch(hint);
    expect(sent).toContain(
      'The connection is not set up yet, so Slack has no socket to send this to: do step 1 first.',
    );
    expect(sent).toContain('Slack sent 1, of which 0 were acknowledged.');
    expect(
      (await fetch(`${page.url}send`, { method: 'POST', body: new URLSearchParams({ what: 'constructor' }) }))
        .status,
    ).toBe(404);
  });
});
