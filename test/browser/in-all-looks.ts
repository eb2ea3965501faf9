import axe from 'axe-core';
import type { Page } from 'playwright-core';
import { expect } from 'vitest';
import { askAxe } from './ask-axe.js';
import { LOOKS, lookAt } from './looks.js';

/** Expects that axe finds nothing wrong in the page that is open, and that nothing scrolls sideways, in each look. */
export async function expectFineInAllLooks(page: Page): Promise<void> {
  await page.evaluate(axe.source);
  for (const look of LOOKS) {
    await lookAt(page, look);
    expect(await page.evaluate(askAxe(look.colorScheme)), look.name).toEqual([]);
    expect(await page.evaluate('document.documentElement.scrollWidth <= innerWidth'), look.name).toBe(true);
  }
}
