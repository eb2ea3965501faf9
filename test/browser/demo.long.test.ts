import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { launchChromium } from './chromium.js';
import { startDemoSite, type DemoSite } from './demo-site.js';
import { expectFineInAllLooks } from './in-all-looks.js';

const LONG = `${'Many words, '.repeat(60)}${'x'.repeat(300)} The end.`;

let demo: DemoSite;
let browser: Browser;

beforeAll(async () => {
  [demo, browser] = await Promise.all([startDemoSite(), launchChromium()]);
});

afterAll(async () => {
  await browser.close();
  await demo.stop();
});

describe('The page of the demo in a browser', () => {
  it('The page is accessible, and fits, light and dark, wide and narrow', async () => {
    const page = await (await browser.newContext()).newPage();
    await page.goto(demo.url);
    await page.getByRole('button', { name: 'Message' }).click();
    await page.getByText('The connection is not set up yet').waitFor();
    await demo.arrive(LONG);
    await page.getByText('The end.').waitFor();
    await expectFineInAllLooks(page);
    await page.context().close();
  });

  it('The page copies each token with the keyboard, and shows all that a workflow printed', async () => {
    const context = await browser.newContext({ permissions: ['clipboard-read', 'clipboard-write'] });
    const page = await context.newPage();
    const complaints: string[] = [];
    page.on('pageerror', (error) => complaints.push(String(error)));
    await page.goto(demo.url);
    for (const [name, token] of [
      ['Copy the app-level token', demo.world.appToken],
      ['Copy the bot token', demo.world.installation.botToken],
    ] as const) {
      await page.getByRole('button', { name }).press('Enter');
      await page.getByText(`${name.replace('Copy t', 'T')} was copied.`).waitFor();
      expect(await page.evaluate('navigator.clipboard.readText()')).toBe(token);
    }
    await demo.arrive(LONG);
    const item = page.locator('#arrivals li').first();
    await item.getByText('The end.').waitFor();
    expect(JSON.parse((await item.locator('pre').textContent()) ?? '')).toEqual({
      event_type: 'message',
      data: { text: LONG, channel: 'C0123456789' },
    });
    expect(complaints).toEqual([]);
    await context.close();
  });
});
