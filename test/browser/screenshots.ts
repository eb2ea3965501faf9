import { mkdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { launchChromium } from './chromium.js';
import { LOOKS, lookAt } from './looks.js';
import { createPerson } from './person.js';
import { SCENES } from './scenes.js';
import { startSite } from './site.js';

// Takes pictures of the page: of each state, light and dark, wide and narrow, into a folder (the first argument) outside
// the repository; or with `--readme` the two that the README shows.

/** States that the README shows, and how tall their pictures are. */
const IN_README = [
  { scene: 'guide', look: LOOKS[0], height: 700, file: 'guide.png' },
  { scene: 'connected', look: LOOKS[1], height: 475, file: 'connected.png' },
] as const;

const [where = join(tmpdir(), 'slack-pages')] = process.argv.slice(2);
const forReadme = where === '--readme';
const folder = forReadme ? 'docs/screenshots' : where;
mkdirSync(folder, { recursive: true });
const site = await startSite();
const browser = await launchChromium();
try {
  for (const scene of SCENES) {
    const shots = forReadme
      ? IN_README.filter((shot) => shot.scene === scene.name)
      : LOOKS.map((look) => ({ look, height: undefined, file: `${scene.name}.${look.name}.png` }));
    if (shots.length === 0) continue;
    const person = await createPerson(browser, site);
    await scene.show(site, person);
    for (const { look, height, file } of shots) {
      await lookAt(person.page, look);
      const clip = height === undefined ? {} : { clip: { x: 0, y: 0, width: look.viewport.width, height } };
      await person.page.screenshot({ path: join(folder, file), fullPage: true, ...clip });
    }
    await person.close();
  }
  console.log(folder);
} finally {
  await browser.close();
  await site.stop();
}
