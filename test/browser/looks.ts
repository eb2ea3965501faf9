import type { Page } from 'playwright-core';

/** How a page may be looked at. */
export const LOOKS = [
  { name: 'light-wide', colorScheme: 'light', viewport: { width: 1000, height: 800 } },
  { name: 'dark-wide', colorScheme: 'dark', viewport: { width: 1000, height: 800 } },
  { name: 'light-narrow', colorScheme: 'light', viewport: { width: 390, height: 800 } },
  { name: 'dark-narrow', colorScheme: 'dark', viewport: { width: 390, height: 800 } },
] as const;

/** Shows the page that is open in another look, in the state in which it is. */
export async function lookAt(page: Page, look: (typeof LOOKS)[number]): Promise<void> {
  await page.emulateMedia({ colorScheme: look.colorScheme, reducedMotion: 'reduce' });
  await page.setViewportSize(look.viewport);
}
