import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import type { Site } from './site.js';

/** A person's browser on the site: logged in, and listened to. */
export interface Person {
  readonly page: Page;
  /** What went wrong in the page: script errors, refused resources, answers of the wrong kind. */
  readonly complaints: string[];
  /** Addresses outside the site that the page asked for. */
  readonly strangers: string[];
  open(connectionId: string, origin?: string): Promise<void>;
  close(): Promise<void>;
}

export async function createPerson(
  browser: Browser,
  site: Pick<Site, 'url' | 'session'>,
  options: BrowserContextOptions = {},
): Promise<Person> {
  const context = await browser.newContext(options);
  await context.addCookies([
    { name: 'ak_user_session', value: site.session, url: site.url },
    { name: 'ak_logged_in', value: 'true', url: site.url },
  ]);
  const page = await context.newPage();
  page.setDefaultTimeout(10_000);
  const complaints: string[] = [];
  const strangers: string[] = [];
  page.on('pageerror', (error) => complaints.push(String(error)));
  page.on('console', (message) => {
    // A form that was refused answers with a status of its own, which Chromium notes as an error.
    if (message.type() === 'error' && !message.text().includes('Failed to load resource')) {
      complaints.push(message.text());
    }
  });
  page.on('request', (request) => {
    if (!request.url().startsWith(site.url)) strangers.push(request.url());
  });
  return {
    page,
    complaints,
    strangers,
    async open(connectionId, origin = 'cli') {
      await page.goto(`${site.url}/connections/${connectionId}/init/${origin}`);
    },
    close: () => context.close(),
  };
}
