import type { Browser } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, expect } from 'vitest';
import { launchChromium } from './chromium.js';
import { createPerson, type Person } from './person.js';
import { startSite, type Site } from './site.js';

/** What the tests of one file share: a site and a browser for all of them, and a new person for each. */
export interface Stage {
  site: Site;
  browser: Browser;
  person: Person;
}

/** Sets the stage up and takes it down around the tests of the file; to be read inside them only. */
export function setStage(): Stage {
  const stage = {} as Stage;

  beforeAll(async () => {
    [stage.site, stage.browser] = await Promise.all([startSite(), launchChromium()]);
  });

  afterAll(async () => {
    await stage.browser.close();
    await stage.site.stop();
  });

  beforeEach(async () => {
    stage.person = await createPerson(stage.browser, stage.site);
  });

  afterEach(async () => {
    const { complaints, strangers } = stage.person;
    await stage.person.close();
    stage.site.slack.faults.clear();
    // No script failed, nothing was refused by the policy, and nobody else was asked for anything.
    expect({ complaints, strangers }).toEqual({ complaints: [], strangers: [] });
    expect(stage.site.logged.join('')).not.toMatch(/xox[a-z]-|xapp-/);
  });
  return stage;
}
