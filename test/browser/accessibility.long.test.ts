import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { launchChromium } from './chromium.js';
import { createPerson } from './person.js';
import { SCENES } from './scenes.js';
import { startSite, type Site } from './site.js';
import { expectFineInAllLooks } from './in-all-looks.js';

let site: Site;
let browser: Browser;

beforeAll(async () => {
  [site, browser] = await Promise.all([startSite(), launchChromium()]);
});

afterAll(async () => {
  await browser.close();
  await site.stop();
});

describe('Each state of the page, light and dark, wide and narrow', () => {
  it.each(SCENES)('The page is accessible, light and dark, wide and narrow: $name', async (scene) => {
    const person = await createPerson(browser, site);
    await scene.show(site, person);
    const { page } = person;
    await expectFineInAllLooks(page);
    expect(person.complaints).toEqual([]);
    expect(person.strangers).toEqual([]);
    await person.close();
  });
});
