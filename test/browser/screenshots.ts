import { mkdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { launchChromium } from './chromium.js';
import { LOOKS, lookAt } from './looks.js';
import { createPerson } from './person.js';
import { SCENES } from './scenes.js';
import { startSite } from './site.js';

// Takes a picture of each state of the page, light and dark, wide and narrow. Arguments: a folder, then names of scenes.

const [folder = join(tmpdir(), 'slack-pages'), ...only] = process.argv.slice(2);
mkdirSync(folder, { recursive: true });
const site = await startSite();
const browser = await launchChromium();
try {
  for (const scene of SCENES) {
    if (only.length > 0 && !only.includes(scene.name)) continue;
    const person = await createPerson(browser, site);
    await scene.show(site, person);
    for (const look of LOOKS) {
      await lookAt(person.page, look);
      await person.page.screenshot({ path: join(folder, `${scene.name}.${look.name}.png`), fullPage: true });
    }
    await person.close();
  }
  console.log(folder);
} finally {
  await browser.close();
  await site.stop();
}
