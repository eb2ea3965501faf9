import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createPerson } from './person.js';
import { eventually } from '../helpers/eventually.js';
import { connect, LIVE, openBuiltIn, openGuide } from './connection-steps.js';
import { setStage } from './stage.js';

const stage = setStage();

describe('a connected one', () => {
  it('A connected page shows events as they happen', async () => {
    const { site, person } = stage;
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
    await person.page.getByText('that this program did not open: 1').waitFor();
    // The server goes away and comes back.
    await site.server.goDown();
    await person.page.getByText('The current state is not known: AutoKitteh does not respond').waitFor();
    await person.page.getByText('Unknown', { exact: true }).waitFor();
    expect(await person.page.locator('.status').getAttribute('data-code')).toBe('unknown');
    await site.server.comeUp();
    await person.page.getByText('The app-level token was revoked').waitFor();
  });

  it('A connected page sends a test message to a member, and says why it could not', async () => {
    const { site, person } = stage;
    await connect(site, person);
    const { page } = person;
    const member = site.installation.workspace?.users[0]?.id ?? '';
    await page.getByLabel('Send yourself').fill(member);
    await page.getByRole('button', { name: 'Send' }).click();
    await page.getByText('Slack accepted the message').waitFor();
    await page.getByLabel('Send yourself').fill('#nowhere');
    await page.getByRole('button', { name: 'Send' }).click();
    await page.getByText('channel_not_found').waitFor();
    await page.getByLabel('Send yourself').fill('not one, not the other');
    await page.getByRole('button', { name: 'Send' }).click();
    await page.getByText('Give a member ID').waitFor();
  });

  it('A connected page takes one new token and keeps the other', async () => {
    const { site, person } = stage;
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

  it('A connected page takes the kinds of events that workflows answer themselves', async () => {
    const { site, person } = stage;
    const id = await connect(site, person);
    const { page } = person;
    await page.getByText('Answers, clicks, the app’s own events and order').click();
    await page.getByLabel('Submitted modals').check();
    await page.getByLabel('Say in the message').uncheck();
    await page.getByRole('button', { name: 'Save choices' }).click();
    await eventually(
      () => site.stored(id)['socket_mode_answers'] === 'view_submission',
      'the choice is stored',
    );
    expect(site.stored(id)).toHaveProperty('socket_mode_button_update', 'off');
  });

  it('A connected page disconnects, and everything is deleted', async () => {
    const { site, person } = stage;
    const id = await connect(site, person);
    await person.page.getByText('Disconnect', { exact: true }).click();
    await person.page.getByRole('button', { name: 'Delete both tokens' }).click();
    await person.page.getByRole('heading', { name: 'Delete both tokens of my_slack?' }).waitFor();
    await person.page.getByRole('link', { name: 'Keep them' }).click();
    await person.page.getByText('Disconnect', { exact: true }).click();
    await person.page.getByRole('button', { name: 'Delete both tokens' }).click();
    expect(site.stored(id)).toHaveProperty('private_bot_token');
    await person.page.getByRole('button', { name: 'Yes, delete both tokens' }).click();
    await person.page.getByRole('heading', { name: 'Paste both tokens' }).waitFor();
    expect(site.stored(id)).toEqual({});
  });

  it('A connected page asks before it deletes the tokens, without a script and with the keyboard alone', async () => {
    const { site, browser } = stage;
    const id = await connect(site, stage.person);
    await stage.person.close();
    const person = await createPerson(browser, site, { javaScriptEnabled: false });
    stage.person = person;
    await person.open(id);
    await person.page.locator('#disconnect summary').press('Enter');
    await person.page.getByRole('button', { name: 'Delete both tokens' }).press('Enter');
    await person.page.getByRole('button', { name: 'Yes, delete both tokens' }).press('Enter');
    await person.page.getByRole('heading', { name: 'Paste both tokens' }).waitFor();
    expect(site.stored(id)).toEqual({});
  });

  it('A connected page whose person’s login expires says so, and goes on when they are logged in again', async () => {
    const { site, person } = stage;
    await connect(site, person);
    const context = person.page.context();
    const cookies = await context.cookies();
    await context.clearCookies();
    await person.page.getByText('your login to AutoKitteh has expired').waitFor();
    await person.page.getByRole('link', { name: 'Log in to AutoKitteh' }).waitFor();
    await context.addCookies(cookies);
    await person.page.getByText('2 sockets are open').waitFor();
    expect(await person.page.getByRole('link', { name: 'Log in to AutoKitteh' }).isVisible()).toBe(false);
  });
});

it('A connection of the built-in integration is adopted in two steps', async () => {
  const { site, person } = stage;
  const id = await openBuiltIn(site, person);
  const { page } = person;
  site.live.set(id, { ...LIVE, sockets: { open: 2, wanted: 2, counted: 3 } });
  await page.getByRole('button', { name: 'Open sockets here' }).click();
  await page.getByText('Slack counts 3 sockets of this app; this program has 2.').waitFor();
  expect(site.stored(id)).toMatchObject({
    private_app_token: site.appToken,
    socket_mode_app_token: site.appToken,
  });
  await page.getByRole('button', { name: 'Delete the built-in’s copy' }).click();
  await page.getByText('that this program did not open: 1').waitFor();
  expect(site.stored(id)).not.toHaveProperty('private_app_token');
  expect(site.stored(id)).toHaveProperty('socket_mode_app_token', site.appToken);
  // The server was restarted.
  site.live.set(id, LIVE);
  await page.getByText('that this program did not open: 1').waitFor({ state: 'hidden' });
});

it('The built-in’s OAuth types go to the server', async () => {
  const { site, person } = stage;
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

describe('Requests of other sites', () => {
  let elsewhere: { url: string; stop(): Promise<void> };

  beforeEach(async () => {
    elsewhere = await startElsewhere();
  });

  afterEach(() => elsewhere.stop());

  it('Other sites can neither frame the page nor send its forms', async () => {
    const { site, person } = stage;
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

  it('AutoKitteh’s web UI saves from its own origin with its token', async () => {
    const { site, person } = stage;
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
