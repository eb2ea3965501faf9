import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { launchChromium } from './chromium.js';
import { startDevSite, type DevSite } from './dev-site.js';
import { expectFineInAllLooks } from './in-all-looks.js';

let site: DevSite;
let browser: Browser;

beforeAll(async () => {
  [site, browser] = await Promise.all([startDevSite(), launchChromium()]);
});

afterAll(async () => {
  await browser.close();
  await site.stop();
});

/** The element that has the focus. */
function focused(page: Page): Promise<string> {
  return page.evaluate('document.activeElement.textContent.trim() || document.activeElement.name');
}

describe('The page of `ak-slack dev` in a browser', () => {
  it('The page is accessible, and fits, light and dark, wide and narrow', async () => {
    const page = await (await browser.newContext()).newPage();
    await site.show(page);
    await page.getByText('Send a frame as Slack sends it').click();
    await expectFineInAllLooks(page);
    await page.context().close();
  });

  it('A person who has a keyboard alone sends a message, and sees what comes of it without loading the page anew', async () => {
    const page = await (await browser.newContext()).newPage();
    const complaints: string[] = [];
    page.on('pageerror', (error) => complaints.push(String(error)));
    await page.goto(site.dev.url);
    await page.getByRole('button', { name: /^Copy/ }).focus();
    const passed: string[] = [];
    while (passed.at(-1) !== 'Message' && passed.length < 10) {
      await page.keyboard.press('Tab');
      passed.push(await focused(page));
      if (passed.at(-1) === 'text') await page.keyboard.type('typed by hand');
    }
    expect(passed).toEqual(['channel', 'text', 'command', 'id', 'Message']);
    await page.keyboard.press('Space');
    await page.getByText('in #general: typed by hand').waitFor();
    await page.locator('#arrivals li', { hasText: 'printed' }).getByText('typed by hand').waitFor();
    // A person goes on where the last thing was done.
    expect(await focused(page)).toBe('Message');
    expect(complaints).toEqual([]);
    await page.context().close();
  });
});
