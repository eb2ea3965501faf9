import { describe, expect, it } from 'vitest';
import { createPerson } from './person.js';
import { connect, LIVE, openGuide, typeTokens } from './connection-steps.js';
import { setStage } from './stage.js';

const stage = setStage();

describe('The guide in a browser', () => {
  it('A person gets from AutoKitteh’s link over the guide to the live state, and back', async () => {
    const { site, person } = stage;
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
  ])('The page knows the way back to %s', async (origin, address) => {
    const { site, person } = stage;
    await connect(site, person, { origin });
    expect(await person.page.locator('#way-back').getAttribute('href')).toMatch(address);
  });

  it('The page works without script and never shows tokens again', async () => {
    const { site, browser } = stage;
    await stage.person.close();
    const person = await createPerson(browser, site, { javaScriptEnabled: false });
    stage.person = person;
    const id = await site.addConnection('plain');
    await person.open(id);
    await typeTokens(site, person, { appToken: site.installation.botToken });
    await person.page.getByRole('button', { name: 'Save Connection' }).click();
    await person.page.getByText('The tokens are not right yet. Nothing was stored.').waitFor();
    expect(await person.page.content()).not.toContain(site.installation.botToken);
    expect(person.page.url()).not.toContain('xox');
    await typeTokens(site, person);
    await person.page.getByRole('button', { name: 'Save Connection' }).click();
    await person.page.getByRole('heading', { name: 'Right now' }).waitFor();
    expect(site.stored(id)).toHaveProperty('socket_mode_app_token', site.appToken);
    expect(await person.page.content()).not.toMatch(/xoxb-\d|xapp-1-A/);
  });

  it('The page works with the keyboard alone', async () => {
    const { site, person } = stage;
    const id = await openGuide(site, person);
    const { keyboard } = person.page;
    await person.page.getByLabel('App-level token', { exact: true }).focus();
    await keyboard.insertText(site.appToken);
    await keyboard.press('Tab');
    await keyboard.press('Tab');
    await keyboard.insertText(site.installation.botToken);
    await keyboard.press('Enter');
    await person.page.getByRole('heading', { name: 'Right now' }).waitFor();
    expect(site.stored(id)).toHaveProperty('private_bot_token', site.installation.botToken);
  });

  it('The page shows the guide without a connection, and says where to open it', async () => {
    const { site, person } = stage;
    await person.page.goto(`${site.url}/slack`);
    await person.page.getByText('ak connection init').waitFor();
    expect(await person.page.getByRole('button', { name: 'Save Connection' }).count()).toBe(0);
  });

  it('The page does not show a connection of another person', async () => {
    const { site, person } = stage;
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

describe('A login that expires while tokens are saved', () => {
  it('The page keeps the tokens, offers to log in, and saves at the next press', async () => {
    const { site, person } = stage;
    const id = await openGuide(site, person);
    const context = person.page.context();
    const cookies = await context.cookies();
    await typeTokens(site, person);
    await context.clearCookies();
    await person.page.getByRole('button', { name: 'Save Connection' }).click();
    const outcome = person.page.locator('#outcome');
    await outcome.getByText('Nothing was stored.').waitFor();
    await outcome.getByText('what you typed is still here').waitFor();
    const login = outcome.getByRole('link', { name: 'Log in to AutoKitteh' });
    expect([await login.getAttribute('href'), await login.getAttribute('target')]).toEqual([
      '/login',
      '_blank',
    ]);
    await context.addCookies(cookies);
    await person.page.getByRole('button', { name: 'Save Connection' }).click();
    await person.page.getByRole('heading', { name: 'Right now' }).waitFor();
    expect(site.stored(id)).toHaveProperty('private_bot_token', site.installation.botToken);
  });

  it('The page has the browser send the form again without a script', async () => {
    const { site, browser } = stage;
    await stage.person.close();
    const person = await createPerson(browser, site, { javaScriptEnabled: false });
    stage.person = person;
    const context = person.page.context();
    const cookies = await context.cookies();
    const id = await site.addConnection('my_slack');
    await person.open(id);
    await typeTokens(site, person);
    await context.clearCookies();
    await person.page.getByRole('button', { name: 'Save Connection' }).click();
    await person.page.getByText('Then load this page again').waitFor();
    expect(await person.page.content()).not.toMatch(/xoxb-\d|xapp-1-A/);
    await context.addCookies(cookies);
    await person.page.reload();
    await person.page.getByRole('heading', { name: 'Right now' }).waitFor();
    expect(site.stored(id)).toHaveProperty('private_bot_token', site.installation.botToken);
  });
});

describe('The check of tokens in a browser', () => {
  it('The steps lead to the very app as soon as its app-level token is typed', async () => {
    const { site, person } = stage;
    await openGuide(site, person);
    const install = person.page.locator('#install a');
    expect(await install.getAttribute('href')).toBe('https://api.slack.com/apps');
    await person.page.getByLabel('App-level token', { exact: true }).fill(`"${site.appToken}"`);
    const settings = `https://api.slack.com/apps/${site.app.id}`;
    expect(await install.getAttribute('href')).toBe(`${settings}/install-on-team`);
    await person.page.getByLabel('App-level token', { exact: true }).fill('');
    expect(await install.getAttribute('href')).toBe('https://api.slack.com/apps');
  });

  it('The check of tokens tells who the bot is and what is missing, and stores nothing', async () => {
    const { site, person } = stage;
    const id = await openGuide(site, person);
    await person.page.getByText('Change its name').click();
    await person.page.getByRole('checkbox', { name: 'files:read' }).check();
    await typeTokens(site, person);
    await person.page.getByRole('button', { name: 'Check', exact: true }).click();
    const outcome = person.page.locator('#outcome');
    await outcome.getByText('Both tokens are right').waitFor();
    expect(await outcome.innerText()).toMatch(
      /@autokitteh in Acme[^]*Not granted: files:read, users:read\.email\./,
    );
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
  ])('The check of tokens when %s says %s says what to do', async (method, error, advice) => {
    const { site, person } = stage;
    const id = await openGuide(site, person);
    site.slack.faults.api(method, { t: 'error', error });
    await typeTokens(site, person);
    await person.page.getByRole('button', { name: 'Save Connection' }).click();
    const outcome = person.page.locator('#outcome');
    await outcome.getByText('Nothing was stored.').waitFor();
    expect(await outcome.innerText()).toContain(advice);
    expect(site.stored(id)).toEqual({});
  });

  it('The check of tokens looks at the shape as it is typed, and swaps two tokens that are in each other’s place', async () => {
    const { site, person } = stage;
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
    expect(await app.getAttribute('type')).toBe('text');
  });
});
