import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { launchChromium } from '../browser/chromium.js';
import { createPerson, type Person } from '../browser/person.js';
import { appTokenOf, MEETINGS, startPathWorld, type PathWorld } from '../world/people.js';
import type { TestUser } from '../world/server.js';
import { seeOfSockets } from '../world/program-under-test.js';
import { newConnection } from './new-connection.js';

let browser: Browser;

beforeAll(async () => {
  browser = await launchChromium();
});
afterAll(() => browser.close());

describe.each(MEETINGS)('The setup of a connection in a browser, server: %s', (meeting) => {
  let world: PathWorld;
  let user: TestUser;

  beforeAll(async () => {
    world = await startPathWorld(meeting);
    user = await world.server.createUser();
  });
  afterAll(() => world.stop());

  const typeTokens = async (
    { page }: Person,
    tokens: { botToken: string; appToken: string },
  ): Promise<void> => {
    await page.getByLabel('Bot token', { exact: true }).fill(tokens.botToken);
    await page.getByLabel('App-level token', { exact: true }).fill(tokens.appToken);
    await page.getByRole('button', { name: 'Save Connection' }).click();
  };
  const visit = async (
    cid: string,
    origin: string,
    inside: (person: Person) => Promise<void>,
  ): Promise<void> => {
    const person = await createPerson(browser, { url: world.url, session: user.token });
    try {
      await person.open(cid, origin);
      await inside(person);
      const { complaints, strangers } = person;
      expect({ complaints, strangers }).toEqual({ complaints: [], strangers: [] });
    } finally {
      await person.close();
    }
  };

  const ends: [origin: string, end: string][] = [
    ['web', 'success'],
    ['cli', 'success'],
    ['dash', 'msg=Success'],
    ['vscode', 'vscode'],
  ];
  // The pages are the same ones whether or not the server attaches.
  it.each(meeting === 'gateway' ? ends : ends.slice(0, 1))(
    'A browser that opened the page from %s sets a connection up, sees the sockets live and gets back',
    async (origin, end) => {
      const { project, cid, installation } = await newConnection(world, user);
      await world.server.deploy(project);
      await visit(cid, origin, async (person) => {
        const appToken = appTokenOf(installation.app);
        await typeTokens(person, { botToken: installation.botToken, appToken });
        await person.page.getByText('2 sockets live').first().waitFor();
        const shown = await person.page.content();
        expect([installation.botToken, appToken].filter((token) => shown.includes(token))).toEqual([]);
        const back = person.page.locator('#way-back');
        if (end === 'vscode') {
          expect(await back.getAttribute('href')).toBe(`vscode://autokitteh.autokitteh?cid=${cid}`);
        } else {
          await back.click();
          await person.page.waitForURL(
            end === 'success'
              ? `**/connections/${cid}/success`
              : `**/internal/dashboard/connections/${cid}?msg=Success`,
          );
        }
      });
      expect(await world.stored(cid)).toMatchObject({
        auth_type: 'socketMode',
        private_bot_token: installation.botToken,
        socket_mode_app_token: appTokenOf(installation.app),
        app_id: installation.app.id,
        install_ids: `${installation.app.id}//${installation.workspace?.id}`,
        team_name: 'Acme',
      });
      await world.waitForStatus(user, cid, /^Using Socket Mode in Acme: 2 sockets live(?: on 2 replicas)?$/);
      await seeOfSockets(() => expect(world.slack.sockets(installation.app)).toHaveLength(2));
    },
  );

  it('A browser with a wrong token is told why, and nothing is stored', async () => {
    const { cid, installation } = await newConnection(world, user);
    world.slack.revoke(installation.botToken, 'account_inactive');
    await visit(cid, 'web', async (person) => {
      const appToken = appTokenOf(installation.app);
      await typeTokens(person, { botToken: installation.botToken, appToken });
      await person.page.getByText('Nothing was stored.').waitFor();
      expect(await person.page.locator('#outcome').innerText()).toContain('account_inactive');
    });
    expect(await world.stored(cid)).toEqual({});
  });

  it('A browser is not shown a connection of another person', async () => {
    const { cid } = await newConnection(world, user);
    const stranger = await world.server.createUser();
    const person = await createPerson(browser, { url: world.url, session: stranger.token });
    try {
      const opened = await person.page.goto(`${world.url}/connections/${cid}/init/web`);
      expect([opened?.status(), await opened?.text()]).toEqual([500, 'not_found\n']);
      await person.page.goto(`${world.url}/slack/?cid=${cid}&origin=web`);
      await person.page.getByText('This connection cannot be shown').waitFor();
    } finally {
      await person.close();
    }
  });
});
