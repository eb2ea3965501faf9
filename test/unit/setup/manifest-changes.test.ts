import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../../../src/core/json.js';
import { DEFAULT_APP_MANIFEST, type AppManifest } from '../../../src/setup/app-manifest.js';
import { namedApp } from '../../../src/setup/app-name.js';
import { changesTo } from '../../../src/setup/manifest-changes.js';

const PROPOSED = namedApp(DEFAULT_APP_MANIFEST, 'break_glass');

/** An app that somebody made for something else, with settings of which the page knows nothing. */
const THEIRS: JsonObject = {
  _metadata: { major_version: 2, minor_version: 1 },
  display_information: { name: 'Acme helper', description: 'Helps', background_color: '#123456' },
  features: {
    bot_user: { display_name: 'helper', always_online: false },
    shortcuts: [{ name: 'File it', type: 'message', callback_id: 'file', description: 'Files it' }],
    slash_commands: [
      { command: '/helper', description: 'Helps', url: 'https://acme.example/helper', should_escape: false },
    ],
    unfurl_domains: ['acme.example'],
  },
  oauth_config: {
    redirect_urls: ['https://acme.example/oauth'],
    scopes: { bot: ['chat:write', 'files:write'], user: ['search:read'] },
  },
  settings: {
    allowed_ip_address_ranges: ['10.0.0.0/8'],
    event_subscriptions: {
      request_url: 'https://acme.example/events',
      user_events: ['message.im'],
      bot_events: ['file_shared'],
    },
    org_deploy_enabled: true,
    socket_mode_enabled: false,
  },
};

function edited(change: (manifest: AppManifest) => void): AppManifest {
  const manifest = structuredClone(PROPOSED);
  change(manifest);
  return manifest;
}

describe('Changes of a Slack app that there is', () => {
  it('An update adds what the page proposes and leaves everything else as it was', () => {
    const { manifest, lines } = changesTo(THEIRS, PROPOSED, PROPOSED);
    const scopes = PROPOSED.oauth_config.scopes.bot.filter((scope) => scope !== 'chat:write');
    expect(manifest).toEqual({
      ...THEIRS,
      features: {
        ...(THEIRS['features'] as JsonObject),
        app_home: { messages_tab_enabled: true, messages_tab_read_only_enabled: false },
        slash_commands: [
          {
            command: '/helper',
            description: 'Helps',
            url: 'https://acme.example/helper',
            should_escape: false,
          },
          { command: '/break_glass', description: 'Send command to Break glass', should_escape: true },
        ],
      },
      oauth_config: {
        redirect_urls: ['https://acme.example/oauth'],
        scopes: { bot: ['chat:write', 'files:write', ...scopes], user: ['search:read'] },
      },
      settings: {
        ...(THEIRS['settings'] as JsonObject),
        event_subscriptions: {
          request_url: 'https://acme.example/events',
          user_events: ['message.im'],
          bot_events: ['file_shared', ...PROPOSED.settings.event_subscriptions.bot_events],
        },
        interactivity: { is_enabled: true },
        socket_mode_enabled: true,
      },
    });
    expect(lines).toContain('The slash command /break_glass is added.');
    expect(lines).toContain('Socket Mode is switched on.');
    expect(lines.join('\n')).toMatch(/Added scopes: app_mentions:read, [^]*Added events: app_home_opened, /);
    expect(lines.join('\n')).not.toMatch(/Acme helper|chat:write,/);
  });

  it('Names and known commands change only where a person edited them', () => {
    const wanted = edited((manifest) => {
      manifest.display_information.name = 'Acme robot';
      manifest.features.slash_commands = [{ command: '/helper', description: 'Does more' }];
    });
    const { manifest, lines } = changesTo(THEIRS, wanted, PROPOSED);
    expect(manifest).toHaveProperty('display_information', {
      name: 'Acme robot',
      description: 'Helps',
      background_color: '#123456',
    });
    expect(manifest).toHaveProperty('features.bot_user.display_name', 'helper');
    expect(manifest).toHaveProperty('features.slash_commands', [
      {
        command: '/helper',
        description: 'Does more',
        url: 'https://acme.example/helper',
        should_escape: false,
      },
    ]);
    expect(lines).toContain('The name of the app changes from “Acme helper” to “Acme robot”.');
    expect(lines).toContain('The description of /helper changes from “Helps” to “Does more”.');
  });

  it('An app that has all of it already is not changed', () => {
    const { manifest } = changesTo(THEIRS, PROPOSED, PROPOSED);
    const again = changesTo(manifest, PROPOSED, PROPOSED);
    expect(again).toEqual({ manifest, lines: [], warnings: [] });
  });

  it('An app with almost nothing in it gets a bot, and the exported manifest is not touched', () => {
    const bare: JsonObject = {
      display_information: { name: 'Bare' },
      settings: { token_rotation_enabled: true },
    };
    const before = structuredClone(bare);
    const { manifest, lines, warnings } = changesTo(bare, PROPOSED, PROPOSED);
    expect(bare).toEqual(before);
    expect(manifest).toMatchObject({
      display_information: { name: 'Bare' },
      features: { bot_user: { display_name: 'Break glass', always_online: true } },
      settings: { token_rotation_enabled: true, socket_mode_enabled: true },
    });
    expect(lines[0]).toBe('The app gets a bot called “Break glass”.');
    expect(warnings).toEqual([expect.stringContaining('Token rotation is on')]);
  });
});
