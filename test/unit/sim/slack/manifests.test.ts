import { beforeEach, describe, expect, it } from 'vitest';
import type { JsonObject } from '../../../../src/core/json.js';
import { DEFAULT_APP_MANIFEST } from '../../../../src/setup/app-manifest.js';
import { namedApp } from '../../../../src/setup/app-name.js';
import { call } from './client.js';
import { stage, type Stage } from './setup.js';

let on: Stage;
let token: string;

beforeEach(async () => {
  on = await stage();
  token = on.slack.createConfigToken(on.workspace);
});

function manifest(method: string, args: JsonObject = {}, by = token): Promise<JsonObject> {
  return call(on.slack.apiUrl, `apps.manifest.${method}`, by, args);
}

const NAMED = namedApp(DEFAULT_APP_MANIFEST, 'break_glass');
const WANTED = JSON.stringify(NAMED);

describe('App manifests of the scripted Slack', () => {
  it('An app that was created from a manifest is exported as it was given, with secrets in the first answer alone', async () => {
    const created = await manifest('create', { manifest: WANTED });
    expect(created).toMatchObject({ ok: true, app_id: expect.stringMatching(/^A0/) as string });
    expect(Object.keys(created['credentials'] ?? {}).sort()).toEqual([
      'client_id',
      'client_secret',
      'signing_secret',
      'verification_token',
    ]);
    const exported = await manifest('export', { app_id: created['app_id'] ?? '' });
    expect(exported).toEqual({ ok: true, manifest: NAMED });
  });

  it('An update replaces all of a manifest, and tells whether scopes changed', async () => {
    const { app, slack, workspace } = on;
    await manifest('update', { app_id: app.id, manifest: WANTED });
    const first = await manifest('update', { app_id: app.id, manifest: WANTED });
    expect(first).toEqual({ ok: true, app_id: app.id, permissions_updated: false });
    const fewer = { ...NAMED, oauth_config: { scopes: { bot: ['chat:write'] } } };
    const second = await manifest('update', { app_id: app.id, manifest: JSON.stringify(fewer) });
    expect(second).toMatchObject({ permissions_updated: true });
    expect(app.manifest).toEqual(fewer);
    expect(slack.install(app, workspace).scopes).toEqual(['chat:write']);
  });

  it.each<[string, JsonObject | string, string, string]>([
    ['a text that is no JSON', '{', '/', 'JSON object'],
    ['no name', { display_information: { name: '' } }, '/display_information/name', 'provided'],
    ['a long name', { display_information: { name: 'x'.repeat(36) } }, '/display_information/name', '35'],
    ['an unknown property', { display_information: { name: 'a' }, bot: {} }, '/bot', 'Unsupported'],
    [
      'events without a way to send them',
      {
        display_information: { name: 'a' },
        settings: { event_subscriptions: { bot_events: ['app_mention'] } },
      },
      '/settings/event_subscriptions',
      'Request URL or Socket Mode',
    ],
    [
      'a bad command',
      {
        display_information: { name: 'a' },
        features: { slash_commands: [{ command: 'Ak', description: 'x' }] },
        settings: { socket_mode_enabled: true },
      },
      '/features/slash_commands/0/command',
      'slash command',
    ],
  ])('A manifest with %s is refused, with the place', async (_what, given, pointer, words) => {
    const text = typeof given === 'string' ? given : JSON.stringify(given);
    for (const method of ['create', 'validate']) {
      const answer = await manifest(method, { manifest: text });
      expect(answer).toMatchObject({ ok: false, error: 'invalid_manifest' });
      expect(answer['errors']).toContainEqual({
        pointer,
        message: expect.stringContaining(words) as string,
      });
    }
  });

  it('Only app configuration tokens change apps, and only those of their own workspace', async () => {
    const { slack, installation, appToken } = on;
    const args = { manifest: WANTED };
    expect((await manifest('create', args, installation.botToken))['error']).toBe('not_allowed_token_type');
    expect((await manifest('create', args, appToken))['error']).toBe('not_allowed_token_type');
    expect((await manifest('create', args, 'xoxe.xoxp-1-nobody'))['error']).toBe('invalid_auth');
    expect((await call(slack.apiUrl, 'auth.test', token)).error).toBe('not_allowed_token_type');
    const id = (await manifest('create', args))['app_id'] ?? '';
    const elsewhere = slack.createConfigToken(slack.addWorkspace('Elsewhere'));
    expect((await manifest('export', { app_id: id }, elsewhere))['error']).toBe('app_not_found');
    expect((await manifest('export', { app_id: 'nothing' }))['error']).toBe('invalid_app_id');
    slack.revoke(token, 'token_expired');
    expect((await manifest('export', { app_id: id }))['error']).toBe('token_expired');
  });
});
