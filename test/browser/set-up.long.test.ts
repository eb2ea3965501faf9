import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { DEFAULT_APP_MANIFEST, DOCUMENTED_APP_MANIFEST } from '../../src/setup/app-manifest.js';
import { namedApp } from '../../src/setup/app-name.js';
import { stringAt } from '../../src/core/json.js';
import { createPerson } from './person.js';
import { connect, LIVE, openGuide, typeTokens } from './scenes.js';
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

describe('the manifest', () => {
  it('The manifest opens in Slack as it was edited, and is copied in both formats', async () => {
    const { site, person } = stage;
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

  it('The manifest is copied on a page over plain HTTP, too, which has no clipboard of its own', async () => {
    const { site, person } = stage;
    const { page } = person;
    await page.context().grantPermissions(['clipboard-read']);
    await page.addInitScript(
      "globalThis.realClipboard = navigator.clipboard; Object.defineProperty(Navigator.prototype, 'clipboard', { value: undefined })",
    );
    await openGuide(site, person);
    await page.getByRole('button', { name: 'Copy' }).click();
    await page.getByRole('button', { name: 'Copied' }).waitFor();
    const copied = String(await page.evaluate('globalThis.realClipboard.readText()'));
    expect(copied).toBe(await page.locator('#manifest-text').textContent());
    expect(parse(copied)).toHaveProperty('settings.socket_mode_enabled', true);
    expect(await page.evaluate('document.activeElement.id')).toBe('copy-manifest');
  });

  it('The scopes and events can be searched by name and by what they are for', async () => {
    const { site, person } = stage;
    await openGuide(site, person);
    const { page } = person;
    await page.getByText('Change its name').click();
    await page.getByLabel('Search the scopes').fill('bookmarks');
    await page.getByText('9 found').waitFor();
    expect(await page.locator('#scopes label:visible').allInnerTexts()).toContain('pins:read');
    expect(await page.getByRole('checkbox', { name: 'files:read' }).isVisible()).toBe(false);
    await page.getByLabel('Search the events').fill('message im');
    await page.locator('#events').getByText('message.im').waitFor();
    expect(await page.getByRole('checkbox', { name: 'reaction_added' }).isVisible()).toBe(false);
    await page.getByLabel('Search the scopes').fill('');
    expect(await page.getByRole('checkbox', { name: 'files:read' }).isVisible()).toBe(true);
  });

  it('The manifest is checked at each keystroke for what Slack would refuse', async () => {
    const { site, person } = stage;
    await openGuide(site, person);
    const { page } = person;
    await page.getByText('Change its name').click();
    await page.getByLabel('Name of the app').fill('x'.repeat(35));
    expect(await page.locator('#manifest-findings li').count()).toBe(0);
    await page.getByLabel('Name of the app').press('End');
    await page.keyboard.type('y');
    await page.getByText('36 characters; Slack allows at most 35').waitFor();
    await page.keyboard.press('Backspace');
    expect(await page.locator('#manifest-findings li').count()).toBe(0);
    await page.getByRole('checkbox', { name: 'users:read', exact: true }).uncheck();
    await page.getByText('users:read is needed').waitFor();
  });

  it('The manifest can be downloaded, as it is and as it was edited', async () => {
    const { site, person } = stage;
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
    expect(await plain.json()).toEqual(namedApp(DEFAULT_APP_MANIFEST, undefined));
  });

  it('The documented app is one click away, and the proposed one from there, without a script too', async () => {
    const { site, browser } = stage;
    await stage.person.close();
    const person = await createPerson(browser, site, { javaScriptEnabled: false });
    stage.person = person;
    const { page } = person;
    await person.open(await site.addConnection('my_slack'));
    const linked = async (): Promise<unknown> => {
      const link = new URL((await page.locator('#create-link').getAttribute('href')) ?? '');
      return parse(link.searchParams.get('manifest_yaml') ?? '');
    };
    const proposed = await linked();
    expect(proposed).not.toEqual(DOCUMENTED_APP_MANIFEST);
    await page.getByRole('link', { name: 'Use the documented app instead' }).click();
    expect(await linked()).toEqual(DOCUMENTED_APP_MANIFEST);
    const download = await page.locator('#download-manifest').getAttribute('href');
    expect(download).toContain('app=documented');
    await page.getByRole('link', { name: 'Propose an app with the project’s name' }).click();
    expect(await linked()).toEqual(proposed);
  });
});

describe('The app configuration token in a browser', () => {
  it('An app is created as it was edited, in two presses, with the keyboard alone', async () => {
    const { site, person } = stage;
    await openGuide(site, person);
    const { page } = person;
    const token = site.slack.createConfigToken(site.slack.addWorkspace('Acme'));
    await page.getByText('Change its name').click();
    await page.getByLabel('Name of the app').fill('Deploy bot');
    await page.locator('#by-token summary').press('Enter');
    await page.getByLabel('App configuration token').fill(token);
    await page.keyboard.press('Enter');
    await page.getByText('A new app called “Deploy bot”').waitFor();
    // What was shown is not what would be applied any more.
    await page.getByLabel('Name of the app').fill('Deploy robot');
    await page.getByRole('button', { name: 'Apply' }).press('Enter');
    await page.getByText('Nothing was changed yet').waitFor();
    expect(site.slack.calls.of('apps.manifest.create')).toEqual([]);
    await page.getByRole('button', { name: 'Apply' }).press('Enter');
    await page.getByText('was created.').waitFor();
    const [created] = site.slack.calls.of('apps.manifest.create');
    const id = stringAt(created?.answer, 'app_id');
    expect(JSON.parse(stringAt(created?.args, 'manifest'))).toHaveProperty(
      'display_information.name',
      'Deploy robot',
    );
    expect(await page.getByLabel('App ID').inputValue()).toBe(id);
    expect(await page.locator('#install a').getAttribute('href')).toContain(id);
    expect(await page.content()).not.toContain(token);
    expect(site.logged.join('')).not.toContain(token);
  });

  it('An app is changed without a script, and the token is pasted for each of the two presses', async () => {
    const { site, browser } = stage;
    await stage.person.close();
    const person = await createPerson(browser, site, { javaScriptEnabled: false });
    stage.person = person;
    const { page } = person;
    const token = site.slack.createConfigToken(site.slack.addWorkspace('Acme'));
    const app = site.slack.addApp('Acme helper');
    await person.open(await site.addConnection('my_slack'));
    await page.locator('#by-token summary').click();
    await page.getByLabel('App ID').fill(app.id);
    await page.getByLabel('App configuration token').fill(token);
    await page.getByRole('button', { name: 'Show changes' }).click();
    await page.getByText('paste it once more before you press Apply').waitFor();
    expect(await page.content()).not.toContain(token);
    await page.getByLabel('App configuration token').fill(token);
    await page.getByRole('button', { name: 'Apply' }).click();
    await page.getByText(`The app ${app.id} was changed.`).waitFor();
    expect(app.manifest).toHaveProperty('settings.event_subscriptions');
    expect(await page.content()).not.toContain(token);
  });
});
