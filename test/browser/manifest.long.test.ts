import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { DEFAULT_APP_MANIFEST, DOCUMENTED_APP_MANIFEST } from '../../src/setup/app-manifest.js';
import { namedApp } from '../../src/setup/app-name.js';
import { stringAt } from '../../src/core/json.js';
import { createPerson } from './person.js';
import { openGuide } from './connection-steps.js';
import { setStage } from './stage.js';

const stage = setStage();

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
