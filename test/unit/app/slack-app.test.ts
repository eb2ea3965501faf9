import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { stringAt, type JsonObject } from '../../../src/core/json.js';
import { Trigger_SourceType } from '../../../src/gen/autokitteh/triggers/v1/triggers_pb.js';
import { DEFAULT_APP_MANIFEST } from '../../../src/setup/app-manifest.js';
import { namedApp } from '../../../src/setup/app-name.js';
import { startWorld, type World } from '../../world/world.js';
import { useFolder } from '../../helpers/use-folder.js';

let world: World;
const folder = useFolder();
let connectionId: string;
let token: string;
/** Every page that a person saw. */
let pages: string[];

beforeEach(async () => {
  world = await startWorld({
    settings: { JOURNAL_URL: `sqlite:${join(folder.path, 'journal.sqlite')}`, LOG_LEVEL: 'debug' },
  });
  const { connections } = await world.server.createProject(world.owner, { connections: { my_slack: {} } });
  connectionId = connections['my_slack'] ?? '';
  token = world.slack.createConfigToken(world.slack.addWorkspace('Acme'));
  pages = [];
});

/** Presses a button of the form, as a browser without script sends it. */
async function press(action: string, fields: Record<string, string> = {}): Promise<string> {
  const form = { cid: connectionId, origin: 'cli', auth_type: 'socketMode', app_id: '', config_token: token };
  const response = await fetch(`${world.program.gatewayUrl}/slack/save`, {
    method: 'POST',
    headers: {
      cookie: `ak_user_session=${world.owner.token}; ak_logged_in=true`,
      origin: world.program.gatewayUrl,
    },
    body: new URLSearchParams({ ...form, action, ...fields }),
  });
  const page = await response.text();
  pages.push(page);
  return page;
}

function shownIn(page: string): string {
  return /name="shown" value="([^"]+)"/.exec(page)?.[1] ?? '';
}

function calls(): string[] {
  return world.slack.calls.all
    .map(({ method }) => method)
    .filter((name) => name.startsWith('apps.manifest.'));
}

/** Secrets of the answers of `apps.manifest.create`, and the app configuration token. */
function secrets(): string[] {
  const credentials = world.slack.calls
    .of('apps.manifest.create')
    .flatMap(({ answer }) => Object.values((answer?.['credentials'] ?? {}) as JsonObject).map(String));
  return [token, ...credentials];
}

async function expectNoSecretAnywhere(): Promise<void> {
  const journal = await Promise.all(
    (await readdir(folder.path)).map((name) => readFile(join(folder.path, name), 'latin1')),
  );
  expect(journal.join('').length).toBeGreaterThan(0);
  const variables = JSON.stringify(
    [...world.standIn.store.vars.values()].map((rows) => [...rows.values()].map(({ value }) => value)),
  );
  const places = {
    log: world.program.logged.join(''),
    pages: pages.join(''),
    journal: journal.join(''),
    variables,
  };
  for (const [place, text] of Object.entries(places))
    for (const secret of secrets()) expect(text.includes(secret), `a secret in: ${place}`).toBe(false);
}

describe('A Slack app that is created or changed with an app configuration token', () => {
  it('A new app is shown first and created then, and neither the token nor the app’s secrets are anywhere', async () => {
    const preview = await press('app_preview');
    expect(preview).toContain('This app would be created:');
    expect(calls()).toEqual(['apps.manifest.validate']);
    const done = await press('app_apply', { shown: shownIn(preview) });
    const id = /The app (A\w+) was created/.exec(done)?.[1] ?? '';
    expect(done).toContain(`href="https://api.slack.com/apps/${id}/general"`);
    const [created] = world.slack.calls.of('apps.manifest.create');
    expect(JSON.parse(stringAt(created?.args, 'manifest'))).toMatchObject({
      settings: { socket_mode_enabled: true },
      oauth_config: { scopes: { bot: expect.arrayContaining(['users:read.email']) as string[] } },
    });
    expect(secrets()).toHaveLength(5);
    // The page goes on with that app.
    expect(done).toMatch(new RegExp(`name="app_id"\\s+value="${id}"`));
    await expectNoSecretAnywhere();
  });

  it('An app is changed as it was shown, and the rest of it stays', async () => {
    const app = world.slack.addApp('Acme helper');
    const preview = await press('app_preview', { app_id: app.id });
    expect(preview).toContain(`These settings of ${app.id} would change:`);
    expect(preview).toContain('Added scope: users:read.email.');
    expect(app.manifest).not.toHaveProperty('settings.event_subscriptions');
    const done = await press('app_apply', { app_id: app.id, shown: shownIn(preview) });
    expect(done).toContain(`The app ${app.id} was changed.`);
    expect(done).toContain('install it again');
    expect(app.manifest).toMatchObject({
      display_information: { name: 'Acme helper' },
      features: { bot_user: { display_name: 'Acme helper' } },
      settings: { event_subscriptions: { bot_events: expect.arrayContaining(['message.im']) as string[] } },
    });
    expect(world.slack.calls.of('apps.manifest.update')).toHaveLength(1);
    expect(await press('app_preview', { app_id: app.id })).toContain('has all of these settings already');
    await expectNoSecretAnywhere();
  });

  it('An app that is not subscribed to what a trigger waits for is said not to be', async () => {
    const { clients } = world.owner;
    const { connection } = await clients.connections.get({ connectionId });
    const projectId = connection?.projectId ?? '';
    const waits = { projectId, connectionId, sourceType: Trigger_SourceType.CONNECTION };
    await clients.triggers.create({ trigger: { ...waits, name: 'on_file', eventType: 'file_shared' } });
    await clients.triggers.create({ trigger: { ...waits, name: 'on_im', eventType: 'message' } });
    const app = world.slack.addApp('Acme helper');
    const sentence = 'The trigger on_file waits for file_shared, to which this app is not subscribed';
    const preview = await press('app_preview', { app_id: app.id });
    expect(preview).toContain(sentence);
    expect(preview).not.toContain('The trigger on_im waits');
    await press('app_apply', { app_id: app.id, shown: shownIn(preview) });
    expect(await press('app_preview', { app_id: app.id })).toContain(sentence);
  });

  it('What was not shown is not applied: it is shown first', async () => {
    const app = world.slack.addApp('Acme helper');
    const preview = await press('app_preview', { app_id: app.id });
    // Somebody changes the app in Slack meanwhile.
    const elsewhere = structuredClone(app.manifest);
    elsewhere['display_information'] = { name: 'Acme robot' };
    await fetch(`${world.slack.apiUrl}apps.manifest.update`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}` },
      body: new URLSearchParams({ app_id: app.id, manifest: JSON.stringify(elsewhere) }),
    });
    const again = await press('app_apply', { app_id: app.id, shown: shownIn(preview) });
    expect(again).toContain('Nothing was changed yet');
    expect(app.manifest).toEqual(elsewhere);
    await press('app_apply', { app_id: app.id, shown: shownIn(again) });
    expect(app.manifest).toHaveProperty('settings.event_subscriptions.bot_events');
  });

  it('Slack is not asked with a text that is not an app configuration token, the id of an app or a manifest', async () => {
    const cases: [Record<string, string>, string][] = [
      [{ config_token: '' }, 'The app configuration token is missing'],
      [{ config_token: 'xoxe-1-abc' }, 'This is the refresh token'],
      [{ config_token: 'xoxb-1-2-abc' }, 'starts with xoxe.xoxp-'],
      [{ app_id: 'my app' }, 'The id of an app looks like A0123456789'],
      [{ manifest: '{' }, 'The manifest cannot be read'],
      [
        { manifest: JSON.stringify({ ...namedApp(DEFAULT_APP_MANIFEST, 'x'.repeat(36)), settings: {} }) },
        'settings.',
      ],
    ];
    for (const [fields, words] of cases) expect(await press('app_preview', fields)).toContain(words);
    expect(calls()).toEqual([]);
  });

  it('Slack’s own words are told when it refuses, and nothing was changed', async () => {
    const app = world.slack.addApp('Acme helper');
    world.slack.revoke(token, 'token_expired');
    expect(await press('app_preview', { app_id: app.id })).toContain('the token is older than 12 hours');
    token = world.slack.createConfigToken(world.slack.addWorkspace('Acme'));
    const errors = [{ message: 'Not today', pointer: '/settings' }];
    world.slack.faults.api('apps.manifest.validate', {
      t: 'error',
      error: 'invalid_manifest',
      more: { errors },
    });
    const refused = await press('app_preview', { app_id: app.id });
    expect(refused).toContain('The app was not changed.');
    expect(refused).toContain('/settings: Not today');
    await expectNoSecretAnywhere();
  });

  it('Nobody but people who may see the connection changes apps, and no other site makes them do it', async () => {
    const stranger = await world.server.createUser();
    const form = new URLSearchParams({
      cid: connectionId,
      origin: 'cli',
      auth_type: 'socketMode',
      action: 'app_apply',
      config_token: token,
    });
    const send = async (headers: Record<string, string>): Promise<number> =>
      (await fetch(`${world.program.gatewayUrl}/slack/save`, { method: 'POST', headers, body: form })).status;
    expect(await send({ cookie: `ak_user_session=${stranger.token}; ak_logged_in=true` })).toBe(404);
    const cookie = `ak_user_session=${world.owner.token}; ak_logged_in=true`;
    expect(await send({ cookie, origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' })).toBe(403);
    expect(calls()).toEqual([]);
  });
});
