import { mkdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { launchChromium } from './chromium.js';
import { startDemoSite } from './demo-site.js';
import { startDevSite } from './dev-site.js';
import { LOOKS, lookAt } from './looks.js';
import { OPS_SCENES } from './ops-scenes.js';
import { startOpsSite } from './ops-site.js';
import { createPerson } from './person.js';
import { SCENES } from './scenes.js';
import { startSite } from './site.js';

// Takes pictures of the pages: of each state, light and dark, wide and narrow, into a folder (the first argument) outside
// the repository; or with `--readme` those that the README shows. A second argument is the beginning of the states' names.

/** States that the README shows, and how tall their pictures are. */
const IN_README = [
  { scene: 'guide', look: LOOKS[0], height: 700, file: 'guide.png' },
  { scene: 'connected', look: LOOKS[1], height: 475, file: 'connected.png' },
  { scene: 'ops-server-away', look: LOOKS[0], height: 700, file: 'status-page-trouble.png' },
  { scene: 'ops-well', look: LOOKS[1], height: 700, file: 'status-page.png' },
] as const;

const [where = join(tmpdir(), 'slack-pages'), beginning = ''] = process.argv.slice(2);
const forReadme = where === '--readme';
const folder = forReadme ? 'docs/screenshots' : where;
mkdirSync(folder, { recursive: true });
const browser = await launchChromium();
try {
  if (SCENES.some(isWanted)) await takeConnectionPage();
  if (OPS_SCENES.some(isWanted)) await takeStatusPage();
  if (!forReadme && isWanted({ name: 'demo' })) await takeDemoPage();
  if (!forReadme && isWanted({ name: 'dev' })) await takeDevPage();
  console.log(folder);
} finally {
  await browser.close();
}

function isWanted({ name }: { readonly name: string }): boolean {
  return name.startsWith(beginning);
}

async function takeConnectionPage(): Promise<void> {
  const site = await startSite();
  try {
    for (const scene of SCENES.filter(isWanted)) {
      if (shotsOf(scene.name).length === 0) continue;
      const person = await createPerson(browser, site);
      await scene.show(site, person);
      await take(person.page, scene.name);
      await person.close();
    }
  } finally {
    await site.stop();
  }
}

async function takeStatusPage(): Promise<void> {
  const first = OPS_SCENES[0];
  if (first === undefined) return;
  const site = await startOpsSite(first.state());
  try {
    for (const scene of OPS_SCENES.filter(isWanted)) {
      if (shotsOf(scene.name).length === 0) continue;
      site.state = scene.state();
      const person = await createPerson(browser, { url: site.url, session: '' });
      await person.page.goto(site.link());
      await person.page.waitForURL(`${site.url}/ops/`);
      if (scene.event !== undefined)
        await person.page.goto(`${site.url}/ops/?event=${encodeURIComponent(scene.event)}`);
      await take(person.page, scene.name);
      await person.close();
    }
  } finally {
    await site.stop();
  }
}

/** With a hint, and an event that arrived. */
async function takeDemoPage(): Promise<void> {
  const demo = await startDemoSite();
  const context = await browser.newContext();
  try {
    const page = await context.newPage();
    await page.goto(demo.url);
    await page.getByRole('button', { name: 'Message' }).click();
    await page.getByText('The connection is not set up yet').waitFor();
    await demo.arrive('hello from the demo');
    await page.getByText('hello from the demo').waitFor();
    await take(page, 'demo');
  } finally {
    await context.close();
    await demo.stop();
  }
}

/** After a session that posted, one that failed, and a modal that nobody has opened. */
async function takeDevPage(): Promise<void> {
  const site = await startDevSite();
  const context = await browser.newContext();
  try {
    const page = await context.newPage();
    await site.show(page);
    await take(page, 'dev');
  } finally {
    await context.close();
    await site.stop();
  }
}

interface Shot {
  readonly look: (typeof LOOKS)[number];
  readonly height: number | undefined;
  readonly file: string;
}

function shotsOf(scene: string): readonly Shot[] {
  return forReadme
    ? IN_README.filter((shot) => shot.scene === scene)
    : LOOKS.map((look) => ({ look, height: undefined, file: `${scene}.${look.name}.png` }));
}

async function take(page: Page, scene: string): Promise<void> {
  for (const { look, height, file } of shotsOf(scene)) {
    await lookAt(page, look);
    const clip = height === undefined ? {} : { clip: { x: 0, y: 0, width: look.viewport.width, height } };
    await page.screenshot({ path: join(folder, file), fullPage: true, ...clip });
  }
}
