import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Browser } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { DEFAULT_APP_MANIFEST } from '../../src/connection/setup/app-manifest.js';
import { eventually } from '../helpers/eventually.js';
import { launchChromium } from './chromium.js';
import { createPerson, type Person } from './person.js';
import { connect, LIVE, openBuiltIn, openGuide, typeTokens } from './scenes.js';
import { startSite, type Site } from './site.js';

let site: Site;
let browser: Browser;
let person: Person;

beforeAll(async () => {
  [site, browser] = await Promise.all([startSite(), launchChromium()]);
});

afterAll(async () => {
  await browser.close();
  await site.stop();
});

beforeEach(async () => {
  person = await createPerson(browser, site);
});

afterEach(async () => {
  const { complaints, strangers } = person;
  await person.close();
  site.slack.faults.clear();
  // No script failed, nothing was refused by the policy, and nobody else was asked for anything.
  expect({ complaints, strangers }).toEqual({ complaints: [], strangers: [] });
  expect(site.logged.join('')).not.toMatch(/xoxb-|xapp-/);
});

describe('connecting', () => {
  it('goes from AutoKitteh’s link over the guide to the live state, and back', async () => {
    const id = await openGuide(site, person);
    await person.page.getByRole('link', { name: 'I have both tokens already' }).click();
    site.live.set(id, LIVE);
    await typeTokens(site, person);
    await person.page.getByRole('button', { name: 'Save Connection' }).click();
    await person.page.getByText('2 sockets are open').waitFor();
    expect(site.stored(id)).toMatchObject({
      auth_type: 'socketMode',
      socket_mode_app_token: site.appToken,
      private_bot_token: site.installation.botToken,
      install_ids: `${site.app.id}//${site.installation.workspace?.id}`,
    });
    expect(site.changed).toContain(id);
    await person.page.getByRole('link', { name: 'Done: back to the terminal' }).click();
    await person.page.waitForURL(`**/connections/${id}/success`);
  });

  it.each([
    ['dash', /\/internal\/dashboard\/connections\/con_\w+\?msg=Success$/],
    ['vscode', /^vscode:\/\/autokitteh\.autokitteh\?cid=con_\w+$/],
    ['web', /\/connections\/con_\w+\/success$/],
  ])('knows the way back to %s', async (origin, address) => {
    await connect(site, person, { origin });
    expect(await person.page.locator('#way-back').getAttribute('href')).toMatch(address);
  });

  it('works without script, tokens never shown again', async () => {
    await person.close();
    person = await createPerson(browser, site, { javaScriptEnabled: false });
    const id = await site.addConnection('plain');
    await person.open(id);
    await typeTokens(site, person, { appToken: site.installation.botToken });
    await person.page.getByRole('button', { name: 'Save Connection' }).click();
    await person.page.getByText('Not right yet. Nothing was stored.').waitFor();
    expect(await person.page.content()).not.toContain(site.installation.botToken);
    expect(person.page.url()).not.toContain('xox');
    await typeTokens(site, person);
    await person.page.getByRole('button', { name: 'Save Connection' }).click();
    await person.page.getByRole('heading', { name: 'Right now' }).waitFor();
    expect(site.stored(id)).toHaveProperty('socket_mode_app_token', site.appToken);
    expect(await person.page.content()).not.toMatch(/xoxb-\d|xapp-1-A/);
  });

  it('works with the keyboard alone', async () => {
    const id = await openGuide(site, person);
    const { keyboard } = person.page;
    await person.page.getByLabel('Bot token', { exact: true }).focus();
    await keyboard.insertText(site.installation.botToken);
    await keyboard.press('Tab');
    await keyboard.press('Tab');
    await keyboard.insertText(site.appToken);
    await keyboard.press('Enter');
    await person.page.getByRole('heading', { name: 'Right now' }).waitFor();
    expect(site.stored(id)).toHaveProperty('private_bot_token', site.installation.botToken);
  });

  it('shows the guide without a connection, and says where to open it', async () => {
    await person.page.goto(`${site.url}/slack`);
    await person.page.getByText('ak connection init').waitFor();
    expect(await person.page.getByRole('button', { name: 'Save Connection' }).count()).toBe(0);
  });

  it('does not show a connection of somebody else', async () => {
    const stranger = await site.server.createUser();
    await person.page
      .context()
      .addCookies([{ name: 'ak_user_session', value: stranger.token, url: site.url }]);
    await person.page.goto(`${site.url}/slack/?cid=${await site.addConnection('not_yours')}`);
    await person.page.getByText('This connection cannot be shown').waitFor();
    await person.page.context().clearCookies();
    await person.page.reload();
    await person.page.getByText('Log in to AutoKitteh in this browser').waitFor();
  });
});

describe('checking tokens', () => {
  it('tells who the bot is and what is missing, and stores nothing', async () => {
    const id = await openGuide(site, person);
    await person.page.getByText('Change its name').click();
    await person.page.getByRole('checkbox', { name: 'files:read' }).check();
    await typeTokens(site, person);
    await person.page.getByRole('button', { name: 'Check', exact: true }).click();
    const outcome = person.page.locator('#outcome');
    await outcome.getByText('Both tokens are right').waitFor();
    expect(await outcome.innerText()).toMatch(/@autokitteh in Acme[^]*Not granted: files:read\./);
    expect(site.stored(id)).toEqual({});
    // What was typed is still there: one press is left.
    await person.page.getByRole('button', { name: 'Save Connection' }).click();
    await person.page.getByRole('heading', { name: 'Right now' }).waitFor();
  });

  it.each([
    ['auth.test', 'invalid_auth', 'Slack does not accept the token'],
    ['auth.test', 'account_inactive', 'deactivated'],
    ['apps.connections.open', 'missing_scope', 'connections:write'],
    ['bots.info', 'internal_error', 'try again in a moment'],
  ])('when %s says %s, it says what to do', async (method, error, advice) => {
    const id = await openGuide(site, person);
    site.slack.faults.api(method, { t: 'error', error });
    await typeTokens(site, person);
    await person.page.getByRole('button', { name: 'Save Connection' }).click();
    const outcome = person.page.locator('#outcome');
    await outcome.getByText('Nothing was stored.').waitFor();
    expect(await outcome.innerText()).toContain(advice);
    expect(site.stored(id)).toEqual({});
  });

  it('looks at the shape while it is typed, and swaps two that are in each other’s place', async () => {
    await openGuide(site, person);
    const { page } = person;
    const bot = page.getByLabel('Bot token', { exact: true });
    const app = page.getByLabel('App-level token', { exact: true });
    await bot.fill('xoxp-1-2');
    await page.getByText('This is a user token').waitFor();
    expect(await bot.getAttribute('aria-invalid')).toBe('true');
    await bot.fill(site.appToken);
    await page.getByText('This is the app-level token').waitFor();
    await app.fill(site.installation.botToken);
    await page.getByRole('button', { name: 'Swap the two' }).click();
    expect(await bot.inputValue()).toBe(site.installation.botToken);
    expect(await page.getByText('Looks right.').count()).toBe(2);
    expect(await bot.getAttribute('aria-invalid')).toBeNull();
    await page.getByRole('button', { name: 'Show' }).first().click();
    expect(await bot.getAttribute('type')).toBe('text');
  });
});

describe('the manifest', () => {
  it('opens in Slack as it was edited, and is copied in both formats', async () => {
    await openGuide(site, person);
    const { page } = person;
    await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
    await page.getByText('Change its name').click();
    await page.getByLabel('Name of the app').fill('Deploy bot');
    await page.getByRole('button', { name: 'Remove' }).first().click();
    await page.getByRole('button', { name: 'Add a command' }).click();
    await page.keyboard.type('deploy');
    await page.getByLabel('Description').last().fill('Deploys it');
    await page.getByRole('checkbox', { name: 'file_shared' }).check();
    await page.getByText('file_shared needs the scope files:read.').waitFor();
    await page.getByRole('button', { name: 'Add files:read' }).click();
    expect(await page.locator('#manifest-findings li').count()).toBe(0);
    const link = new URL((await page.locator('#create-link').getAttribute('href')) ?? '');
    const manifest = parse(link.searchParams.get('manifest_yaml') ?? '') as typeof DEFAULT_APP_MANIFEST;
    expect(manifest.display_information.name).toBe('Deploy bot');
    expect(manifest.features.slash_commands).toEqual([
      { command: '/ak', description: 'Send command to AutoKitteh', should_escape: true },
      { command: '/deploy', description: 'Deploys it', should_escape: true },
    ]);
    expect(manifest.oauth_config.scopes.bot).toContain('files:read');
    expect(manifest.settings).toMatchObject({ socket_mode_enabled: true, token_rotation_enabled: false });
    await page.getByText('Look at the manifest').click();
    await page.getByLabel('JSON').check();
    await page.getByRole('button', { name: 'Copy' }).click();
    await page.getByRole('button', { name: 'Copied' }).waitFor();
    expect(JSON.parse(String(await page.evaluate('navigator.clipboard.readText()')))).toEqual(manifest);
  });

  it('says at each keystroke what Slack would refuse', async () => {
    await openGuide(site, person);
    const { page } = person;
    await page.getByText('Change its name').click();
    await page.getByLabel('Name of the app').fill('x'.repeat(35));
    expect(await page.locator('#manifest-findings li').count()).toBe(0);
    await page.getByLabel('Name of the app').press('End');
    await page.keyboard.type('y');
    await page.getByText('36 characters; Slack takes 35').waitFor();
    await page.keyboard.press('Backspace');
    expect(await page.locator('#manifest-findings li').count()).toBe(0);
    await page.getByRole('checkbox', { name: 'users:read', exact: true }).uncheck();
    await page.getByText('users:read is needed').waitFor();
  });

  it('can be downloaded, as it is and as it was edited', async () => {
    await openGuide(site, person);
    const { page } = person;
    await page.getByText('Change its name').click();
    await page.getByLabel('Name of the bot').fill('kitteh');
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('link', { name: 'Download' }).click(),
    ]);
    expect(download.suggestedFilename()).toBe('slack-app.yaml');
    const plain = await page.request.get(`${site.url}/slack/assets/manifest.json`);
    expect(await plain.json()).toEqual(DEFAULT_APP_MANIFEST);
  });
});

describe('a connected one', () => {
  it('shows what happens as it happens', async () => {
    const id = await connect(site, person);
    await person.page.getByText('128').waitFor();
    const trouble = { code: 'error', message: 'The app-level token was revoked' } as const;
    site.live.set(id, {
      ...LIVE,
      status: trouble,
      delivered: 129,
      sockets: { open: 0, wanted: 2, counted: 1 },
    });
    await person.page.getByText('The app-level token was revoked').waitFor();
    await person.page.getByText('129').waitFor();
    await person.page.getByText('1 more open sockets').waitFor();
    // The server goes away and comes back.
    await site.server.goDown();
    await person.page.getByText('The present state is not known').waitFor();
    await site.server.comeUp();
    await person.page.getByText('The app-level token was revoked').waitFor();
  });

  it('sends a test message to a member, and says why it could not', async () => {
    await connect(site, person);
    const { page } = person;
    const member = site.installation.workspace?.users[0]?.id ?? '';
    await page.getByLabel('Send yourself').fill(member);
    await page.getByRole('button', { name: 'Send' }).click();
    await page.getByText('Slack took the message').waitFor();
    await page.getByLabel('Send yourself').fill('#nowhere');
    await page.getByRole('button', { name: 'Send' }).click();
    await page.getByText('channel_not_found').waitFor();
    await page.getByLabel('Send yourself').fill('not one, not the other');
    await page.getByRole('button', { name: 'Send' }).click();
    await page.getByText('Give a member ID').waitFor();
  });

  it('takes one new token, and keeps the other', async () => {
    const id = await connect(site, person);
    const { page } = person;
    const rotated = site.app.createAppToken(['connections:write']);
    await page.getByText('Check or replace the tokens').click();
    await page.getByText('Both tokens were saved on').waitFor();
    await page.getByRole('button', { name: 'Check', exact: true }).click();
    await page.getByText('Both tokens are right').waitFor();
    await page.getByLabel('App-level token', { exact: true }).fill(rotated);
    await page.getByRole('button', { name: 'Save Connection' }).click();
    await eventually(() => site.stored(id)['socket_mode_app_token'] === rotated, 'the new token is stored');
    expect(site.stored(id)).toHaveProperty('private_bot_token', site.installation.botToken);
  });

  it('is disconnected, and everything is deleted', async () => {
    const id = await connect(site, person);
    await person.page.getByText('Disconnect', { exact: true }).click();
    await person.page.getByRole('button', { name: 'Delete both tokens' }).click();
    await person.page.getByRole('heading', { name: 'Paste both tokens' }).waitFor();
    expect(site.stored(id)).toEqual({});
  });
});

it('a connection of the built-in is taken over in two steps', async () => {
  const id = await openBuiltIn(site, person);
  const { page } = person;
  site.live.set(id, { ...LIVE, sockets: { open: 2, wanted: 2, counted: 3 } });
  await page.getByRole('button', { name: 'Open sockets here' }).click();
  await page.getByText('Slack counts 3 sockets; 2 are ours.').waitFor();
  expect(site.stored(id)).toMatchObject({
    private_app_token: site.appToken,
    socket_mode_app_token: site.appToken,
  });
  await page.getByRole('button', { name: 'Delete the built-in’s copy' }).click();
  await page.getByText('1 more open sockets').waitFor();
  expect(site.stored(id)).not.toHaveProperty('private_app_token');
  expect(site.stored(id)).toHaveProperty('socket_mode_app_token', site.appToken);
  // The server was restarted.
  site.live.set(id, LIVE);
  await page.getByText('1 more open sockets').waitFor({ state: 'hidden' });
});

it('the built-in’s OAuth types go to the server', async () => {
  const id = await openGuide(site, person);
  const { page } = person;
  await page.getByText('Connect with OAuth instead').click();
  // The server leads on to Slack.
  await Promise.all([
    page.waitForRequest('https://slack.com/oauth/v2/authorize**'),
    page.getByRole('button', { name: 'Use the server’s own Slack app' }).click(),
  ]);
  expect(site.stored(id)).toEqual({ auth_type: 'oauthDefault' });
  person.strangers.length = 0;
});

describe('other sites', () => {
  let elsewhere: { url: string; stop(): Promise<void> };

  beforeEach(async () => {
    elsewhere = await startElsewhere();
  });

  afterEach(() => elsewhere.stop());

  it('can neither frame the page nor send its forms', async () => {
    const id = await site.addConnection('framed');
    const { page } = person;
    const target = `${site.url}/slack/?cid=${id}`;
    await page.route('http://evil.test/**', (route) =>
      route.fulfill({
        contentType: 'text/html',
        body: `<iframe src="${target}"></iframe>
          <form method="post" action="${site.url}/slack/save"><input name="cid" value="${id}">
          <input name="origin" value="web"><input name="auth_type" value="socketMode">
          <input name="bot_token" value="${site.installation.botToken}"><input name="app_token" value="${site.appToken}">
          <button>Win a prize</button></form>`,
      }),
    );
    await page.goto('http://evil.test/');
    expect(await page.frames()[1]?.content()).not.toContain('Paste both tokens');
    await page.getByRole('button', { name: 'Win a prize' }).click();
    await page.getByText('this form was sent by another site').waitFor();
    expect(site.stored(id)).toEqual({});
    person.complaints.length = 0;
    person.strangers.length = 0;
  });

  it('AutoKitteh’s web UI saves from its own origin, with its token', async () => {
    const id = await site.addConnection('from_web_ui');
    const { page } = person;
    await page.goto(`${elsewhere.url}/`);
    const send = (botToken: string): Promise<unknown> =>
      page.evaluate(
        ([url, session, bot, app]) =>
          fetch(url ?? '', {
            method: 'POST',
            headers: {
              authorization: `Bearer ${session}`,
              'content-type': 'application/x-www-form-urlencoded',
            },
            body: new URLSearchParams({ bot_token: bot ?? '', app_token: app ?? '' }).toString(),
          }).then(async (response) => [response.status, (await response.text()).slice(0, 40)]),
        [
          `${site.url}/slack/save?cid=${id}&origin=web&auth_type=socket`,
          site.session,
          botToken,
          site.appToken,
        ],
      );
    expect(await send('xoxb-1-2-wrong')).toEqual([
      400,
      expect.stringContaining('slack token auth test failed') as string,
    ]);
    expect(site.stored(id)).toEqual({});
    expect(await send(site.installation.botToken)).toEqual([200, expect.any(String) as string]);
    expect(site.stored(id)).toHaveProperty('auth_type', 'socket');
    person.strangers.length = 0;
  });
});

/** An empty page of another origin. */
async function startElsewhere(): Promise<{ url: string; stop(): Promise<void> }> {
  const server = createServer((_request, response) => {
    response.writeHead(200, { 'content-type': 'text/html' }).end('<!doctype html><title>elsewhere</title>');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async stop() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
