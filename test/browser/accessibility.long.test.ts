import axe from 'axe-core';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { askAxe } from './ask-axe.js';
import { launchChromium } from './chromium.js';
import { LOOKS, lookAt } from './looks.js';
import { createPerson } from './person.js';
import { SCENES } from './scenes.js';
import { startSite, type Site } from './site.js';

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
    await page.evaluate(axe.source);
    for (const look of LOOKS) {
      await lookAt(page, look);
      expect(await page.evaluate(askAxe(look.colorScheme)), look.name).toEqual([]);
      expect(await page.evaluate('document.documentElement.scrollWidth <= innerWidth'), look.name).toBe(true);
    }
    expect(person.complaints).toEqual([]);
    expect(person.strangers).toEqual([]);
    await person.close();
  });
});
