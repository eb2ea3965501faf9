import type { Browser } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { eventually } from '../helpers/eventually.js';
import { launchChromium } from './chromium.js';
import { OPS_SCENES } from './ops-scenes.js';
import { startOpsSite, type OpsSite, type OpsState } from './ops-site.js';
import { createPerson, type Person } from './person.js';
import { expectFineInAllLooks } from './in-all-looks.js';

let site: OpsSite;
let browser: Browser;
let person: Person;

function stateOf(name: string): OpsState {
  const scene = OPS_SCENES.find((each) => each.name === name);
  if (scene === undefined) throw new Error(`there is no scene ${name}`);
  return scene.state();
}

beforeAll(async () => {
  [site, browser] = await Promise.all([startOpsSite(stateOf('ops-well')), launchChromium()]);
});

afterAll(async () => {
  await browser.close();
  await site.stop();
});

beforeEach(async () => {
  site.state = stateOf('ops-well');
  site.resent.length = 0;
  person = await createPerson(browser, { url: site.url, session: '' });
});

afterEach(async () => {
  const { complaints, strangers } = person;
  await person.close();
  expect({ complaints, strangers }).toEqual({ complaints: [], strangers: [] });
});

async function enter(): Promise<void> {
  await person.page.goto(site.link());
  await person.page.waitForURL(`${site.url}/ops/`);
}

describe('Each state of the status page, light and dark, wide and narrow', () => {
  it.each(OPS_SCENES)('The status page is accessible and fits: $name', async ({ state, event }) => {
    site.state = state();
    await enter();
    const { page } = person;
    if (event !== undefined) await page.goto(`${site.url}/ops/?event=${encodeURIComponent(event)}`);
    await page.evaluate("document.querySelectorAll('details').forEach((each) => (each.open = true))");
    await expectFineInAllLooks(page);
  });
});

const RANKS = ['error', 'warning', 'ok', 'idle'];
const ICONS = new Map([
  ['error', 'ops-broken.svg'],
  ['warning', 'ops-degraded.svg'],
]);

describe('The colours of the status page', () => {
  it.each(OPS_SCENES)('The headline has the worst colour on the page: $name', async ({ state }) => {
    site.state = state();
    await enter();
    const codes = await person.page.evaluate<string[]>(
      "[...document.querySelectorAll('main [data-code]')].map((each) => each.dataset.code)",
    );
    const headline = codes[0] ?? '';
    expect(headline).toBe(RANKS.find((code) => codes.slice(1).includes(code)));
    const icon = ICONS.get(headline) ?? 'icon.svg';
    expect(await person.page.locator('link[rel="icon"]').getAttribute('href')).toContain(icon);
  });

  it('The number of the journal has the colour of a disk without room, and the problem says where the journal is', async () => {
    site.state = stateOf('ops-disk-full');
    await enter();
    const name = person.page.getByText('Journal', { exact: true });
    const tile = person.page.locator('#facts [data-code]', { has: name });
    expect(await tile.getAttribute('data-code')).toBe('error');
    const text = (await person.page.locator('.problems').textContent()) ?? '';
    expect(text).toContain('because the journal cannot be written: the disk of the journal is full.');
    expect(text).toContain('The journal is /var/lib/ak-slack/journal.sqlite.');
  });
});

describe('The status page in a browser', () => {
  it('A revoked token leads to the page of that Slack app, and says since when and what is lost', async () => {
    site.state = stateOf('ops-token-revoked');
    await enter();
    const problem = person.page.locator('.problems li').first();
    expect(await problem.getByRole('link', { name: 'api.slack.com' }).getAttribute('href')).toBe(
      'https://api.slack.com/apps/A08C5DHX1NF/general',
    );
    const text = (await problem.textContent()) ?? '';
    expect(text).toMatch(/gets no events\.\s+Since 09:32 UTC, for 9 min\./);
    expect(text).toContain('Events that Slack cannot deliver are lost');
    expect(text).toContain('make a new app-level token');
    expect(text).toContain('on the pages of expense-approvals/my_slack');
    const page = problem.getByRole('link', { name: 'expense-approvals/my_slack' });
    expect(await page.getAttribute('href')).toBe(
      'https://ak.example.com/slack?cid=con_01j2x5k8w3f4m6n7p9q0r1s2t3&origin=web',
    );
    expect(text).not.toContain('copy');
  });

  it('Buttons about chosen dead letters wait until one is chosen, also after a refresh', async () => {
    site.state = stateOf('ops-dead-letters');
    const { page } = person;
    await page.clock.install();
    await enter();
    await page.getByText('That is sure of an event that is too large for it: discard that one.').waitFor();
    const send = page.getByRole('button', { name: 'Send the chosen ones again' });
    const discard = page.getByRole('button', { name: 'Discard the chosen ones' });
    expect([await send.isDisabled(), await discard.isDisabled()]).toEqual([true, true]);
    const [first, ...others] = site.state.letters;
    site.state = { ...site.state, letters: others };
    await page.clock.runFor(10_000);
    await page.locator(`#letter-${first?.id}`).waitFor({ state: 'detached' });
    expect([await send.isDisabled(), await discard.isDisabled()]).toEqual([true, true]);
    await page.getByRole('checkbox').first().check();
    expect([await send.isDisabled(), await discard.isDisabled()]).toEqual([false, false]);
    await page.getByRole('checkbox').first().uncheck();
    expect(await send.isDisabled()).toBe(true);
  });

  it('A search for an event shows its life, and stays while the rest of the page is refreshed', async () => {
    site.state = stateOf('ops-event');
    const { page } = person;
    await page.clock.install();
    await enter();
    await page.getByRole('searchbox').fill(' Ev07QX4M21TZ ');
    await page.getByRole('button', { name: 'Show its life' }).click();
    const life = page.locator('#event article');
    await life.getByText('was delivered').waitFor();
    expect(await life.textContent()).toMatch(/acknowledged\s+after 7 ms[^]*session\s+ses_/);
    site.state = { ...stateOf('ops-dead-letters'), events: [] };
    await page.clock.runFor(10_000);
    await page.getByText('3 events could not be delivered').waitFor();
    expect(await life.isVisible()).toBe(true);
    await page.getByRole('link', { name: /Its life.*Ev07QX4M20TZ/ }).click();
    await page.getByText('No event Ev07QX4M20TZ is known').waitFor();
  });

  it('A link of the command opens it once, and the code stays in no address', async () => {
    const link = site.link();
    const { page } = person;
    await page.goto(link);
    await page.getByRole('heading', { name: 'All is well' }).waitFor();
    expect(page.url()).toBe(`${site.url}/ops/`);
    const other = await createPerson(browser, { url: site.url, session: '' });
    await other.page.goto(link);
    await other.page.getByText('This link does not open the status page').waitFor();
    await other.page.getByText('has been used, or has expired').waitFor();
    expect(other.page.url()).toBe(`${site.url}/ops/open`);
    await other.close();
  });

  it('The status page refreshes itself, keeps what a person has opened, and says when it cannot', async () => {
    const { page } = person;
    await page.clock.install();
    await enter();
    await page.locator('#numbers summary').click();
    await page.locator('h1').click();
    site.state = stateOf('ops-server-away');
    await page.clock.runFor(10_000);
    await page.getByText('AutoKitteh is unreachable').waitFor();
    await eventually(async () => (await page.title()).startsWith('1 problem'), 'the title');
    await page.locator('#chart-waiting b', { hasText: '487' }).waitFor();
    expect(await page.locator('#numbers').getAttribute('open')).not.toBeNull();
    await page.route('**/ops/now', (route) => route.abort());
    await page.clock.runFor(10_000);
    await page.getByText('The program does not answer').waitFor();
    await page.unroute('**/ops/now');
    await page.clock.runFor(60_000);
    await page.getByText('As of').waitFor();
    await page.context().clearCookies();
    await page.clock.runFor(60_000);
    await page.getByText('The session has ended').waitFor();
  });

  it('The status page shows the exact numbers of the minute that is pointed at', async () => {
    await enter();
    const { page } = person;
    const minute = page.locator('#chart-acknowledgement .minute').nth(42);
    await minute.locator('.hit').hover();
    expect(await minute.locator('.tip').isVisible()).toBe(true);
    expect(await minute.locator('.tip').textContent()).toMatch(/09:24 UTC\s*p50 \d+ ms\s*p99 \d+ ms/);
  });

  it('The status page sends chosen dead letters again, and a session ends when its person logs out', async () => {
    site.state = stateOf('ops-dead-letters');
    await enter();
    const { page } = person;
    await page.getByRole('checkbox', { name: 'slash_command' }).check();
    await page.getByRole('button', { name: 'Send the chosen ones again' }).click();
    await page.getByText('1 dead letter is being sent again.').waitFor();
    expect(site.resent).toEqual([42]);
    await page.getByRole('button', { name: 'Send all again' }).click();
    await page.getByText('3 dead letters are being sent again.').waitFor();
    await page.getByRole('button', { name: 'Log out' }).click();
    await eventually(
      async () => (await page.context().cookies()).every(({ name }) => name !== 'ak_slack_ops'),
      'no cookie of a session',
    );
  });

  it('The status page works without a script, with the token as a password', async () => {
    site.state = stateOf('ops-dead-letters');
    const httpCredentials = { username: 'me', password: 'the-token-of-operators' };
    const plain = await createPerson(
      browser,
      { url: site.url, session: '' },
      { javaScriptEnabled: false, httpCredentials },
    );
    await plain.page.goto(`${site.url}/`);
    await plain.page.getByText('3 events could not be delivered').waitFor();
    await plain.page.getByRole('button', { name: 'Discard the chosen ones' }).click();
    await plain.page.getByText('no dead letter was chosen: tick those that you mean').waitFor();
    await plain.page.getByRole('searchbox').fill('Ev0NOTHERE');
    await plain.page.getByRole('button', { name: 'Show its life' }).click();
    await plain.page.getByText('No event Ev0NOTHERE is known').waitFor();
    await plain.page.getByRole('button', { name: 'Send all again' }).click();
    await plain.page.getByText('3 dead letters are being sent again.').waitFor();
    site.state = stateOf('ops-well');
    await plain.page.getByRole('link', { name: 'Reload' }).click();
    await plain.page.getByRole('heading', { name: 'All is well' }).waitFor();
    await plain.close();
  });
});
