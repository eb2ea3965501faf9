import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import {
  createAppLink,
  DEFAULT_APP_MANIFEST,
  DOCUMENTED_APP_MANIFEST,
  manifestJson,
  manifestYaml,
  proposedApp,
  readAppManifest,
  type AppManifest,
} from '../../../src/setup/app-manifest.js';
import { namedApp } from '../../../src/setup/app-name.js';
import { EVENT_SCOPES } from '../../../src/browser/event-scopes.js';
import { manifestFindings } from '../../../src/browser/manifest-limits.js';
import { readManifest } from '../../../src/contract/manifest.js';

/** A copy of the proposed app that a test may change. */
function editable(): AppManifest {
  return structuredClone(namedApp(DEFAULT_APP_MANIFEST, 'break_glass'));
}

/** The texts of what is found in the proposed app after `change`. */
function findingsAfter(change: (manifest: AppManifest) => void): string[] {
  const manifest = editable();
  change(manifest);
  return manifestFindings(manifest).map(({ text }) => text);
}

describe('the proposed Slack app', () => {
  it('The documented Slack app is the one that AutoKitteh’s documentation has people create', () => {
    const { features, oauth_config: oauth, settings } = DOCUMENTED_APP_MANIFEST;
    expect(DOCUMENTED_APP_MANIFEST.display_information.name).toBe('AutoKitteh Demo App');
    expect(features.bot_user).toEqual({ display_name: 'AutoKitteh', always_online: true });
    expect(features.slash_commands?.map(({ command }) => command)).toEqual(['/autokitteh', '/ak']);
    expect(oauth.scopes.bot).toHaveLength(24);
    expect(settings.event_subscriptions.bot_events).toHaveLength(25);
    expect(settings.socket_mode_enabled).toBe(true);
    expect(settings.token_rotation_enabled).toBe(false);
  });

  it('The proposed Slack app goes beyond the documented one by names, direct messages and email addresses alone', () => {
    const proposed = editable();
    const { scopes } = proposed.oauth_config;
    const { bot_events: events } = proposed.settings.event_subscriptions;
    expect(proposed.display_information.name).toBe('Break glass');
    expect(proposed.features.bot_user.display_name).toBe('Break glass');
    expect(proposed.features.slash_commands).toEqual([
      { command: '/break_glass', description: 'Send command to Break glass', should_escape: true },
    ]);
    const documented = DOCUMENTED_APP_MANIFEST;
    expect(scopes.bot).toEqual([...documented.oauth_config.scopes.bot, 'users:read.email']);
    expect(events).toEqual([...documented.settings.event_subscriptions.bot_events, 'message.im']);
    const { event_subscriptions: _, ...settings } = documented.settings;
    expect(proposed.settings).toMatchObject(settings);
  });

  it.each([
    ['my_slack', 'My slack', '/my_slack'],
    [undefined, 'AutoKitteh', '/autokitteh'],
    ['__', 'AutoKitteh', '/autokitteh'],
    ['Ops 2', 'Ops 2', '/ops-2'],
    ['status', 'Status', '/status-app'],
    ['x'.repeat(60), `X${'x'.repeat(34)}`, `/${'x'.repeat(31)}`],
    ['Ünder_größe', 'Ünder größe', '/ünder_größe'],
  ])('The app of a project called %s is one that Slack takes', (project, name, command) => {
    const manifest = namedApp(DEFAULT_APP_MANIFEST, project);
    expect(manifest.display_information.name).toBe(name);
    expect(manifest.features.slash_commands?.map((each) => each.command)).toEqual([command]);
    expect(manifestFindings(manifest)).toEqual([]);
  });

  it('An app that the operator named keeps its names', () => {
    expect(namedApp(DOCUMENTED_APP_MANIFEST, 'break_glass')).toEqual(DOCUMENTED_APP_MANIFEST);
  });

  it('The proposed and the documented Slack app have no fault, and a scope for each of their events', () => {
    expect(manifestFindings(editable())).toEqual([]);
    expect(manifestFindings(DOCUMENTED_APP_MANIFEST)).toEqual([]);
    for (const event of DEFAULT_APP_MANIFEST.settings.event_subscriptions.bot_events) {
      expect(EVENT_SCOPES).toHaveProperty([event]);
    }
  });

  it('The proposed Slack app is the same whether the manifest of the integration names it or not', async () => {
    const { slackApp } = await readManifest('integration.yaml');
    expect(slackApp).toBeDefined();
    expect(proposedApp(slackApp)).toEqual(DEFAULT_APP_MANIFEST);
    expect(proposedApp(undefined)).toEqual(DEFAULT_APP_MANIFEST);
  });

  it('The manifest of the integration can name another Slack app if that one is complete', () => {
    const other = { ...editable(), display_information: { name: 'Ours' } };
    expect(proposedApp(other).display_information.name).toBe('Ours');
    expect(() => proposedApp({})).toThrow(/settings/);
  });

  it('The Slack app reads the same from YAML and from JSON', () => {
    expect(parse(manifestYaml(DEFAULT_APP_MANIFEST))).toEqual(DEFAULT_APP_MANIFEST);
    expect(JSON.parse(manifestJson(DEFAULT_APP_MANIFEST))).toEqual(DEFAULT_APP_MANIFEST);
    expect(readAppManifest(parse(manifestYaml(DEFAULT_APP_MANIFEST)))).toEqual(DEFAULT_APP_MANIFEST);
  });

  it('The link to Slack fills in the whole app, with blanks and signs', () => {
    const manifest = editable();
    manifest.display_information.name = 'a + b & c = 100 %';
    const link = new URL(createAppLink(manifest, 'slack.com'));
    expect(link.origin + link.pathname).toBe('https://api.slack.com/apps');
    expect(link.searchParams.get('new_app')).toBe('1');
    expect(parse(link.searchParams.get('manifest_yaml') ?? '')).toEqual(manifest);
    expect(link.search).not.toContain('+');
  });

  it('The Slack app survives YAML with any text that a person types', () => {
    const text = fc.string({ unit: 'grapheme', maxLength: 40 });
    const words = fc.constantFrom(
      'yes',
      'null',
      '~',
      '1.5',
      '2026-01-01',
      '# no',
      'a: b',
      '- x',
      "it's",
      '"',
      '0x1f',
    );
    fc.assert(
      fc.property(fc.oneof(text, words), fc.oneof(text, words), (name, command) => {
        const manifest = editable();
        manifest.display_information.name = name;
        manifest.features.slash_commands = [{ command, description: name, should_escape: false }];
        manifest.oauth_config.scopes.bot = [command, 'chat:write'];
        manifest.settings.event_subscriptions.bot_events = [];
        expect(parse(manifestYaml(manifest))).toEqual(manifest);
      }),
    );
  });

  it('The check of a file names each wrong field', () => {
    const wrong = { ...DEFAULT_APP_MANIFEST, settings: { socket_mode_enabled: false } };
    expect(() => readAppManifest(wrong)).toThrow(
      /settings\.event_subscriptions: .*\n.*settings\.socket_mode_enabled/,
    );
  });
});

describe('A manifest that Slack would refuse', () => {
  it.each<[string, (manifest: AppManifest) => void, RegExp]>([
    [
      'a long name',
      (m) => (m.display_information.name = 'x'.repeat(36)),
      /36 characters; Slack allows at most 35/,
    ],
    ['no name', (m) => (m.display_information.name = ' '), /name of the app is missing/],
    [
      'a long description',
      (m) => (m.display_information.description = 'x'.repeat(141)),
      /allows at most 140/,
    ],
    ['a long bot name', (m) => (m.features.bot_user.display_name = 'x'.repeat(81)), /allows at most 80/],
    ['a command without a slash', (m) => (m.features.slash_commands = [command('ak')]), /ak: write a slash/],
    ['a command in capitals', (m) => (m.features.slash_commands = [command('/AK')]), /lower-case/],
    [
      'a long command',
      (m) => (m.features.slash_commands = [command(`/${'x'.repeat(32)}`)]),
      /allows at most 32 characters/,
    ],
    [
      'a command twice',
      (m) => (m.features.slash_commands = [command('/a'), command('/a')]),
      /\/a is listed twice/,
    ],
    [
      'a command without description',
      (m) => (m.features.slash_commands = [command('/a', ' ')]),
      /has no description/,
    ],
    [
      '51 commands',
      (m) => (m.features.slash_commands = many(51).map((i) => command(`/c${i}`))),
      /51 slash commands/,
    ],
    [
      '256 scopes',
      (m) => (m.oauth_config.scopes.bot = many(256).map((i) => `users:read.${word(i)}`)),
      /256 scopes/,
    ],
    [
      '101 events',
      (m) => (m.settings.event_subscriptions.bot_events = many(101).map((i) => `e_${word(i)}`)),
      /101 events/,
    ],
    ['a scope that is none', (m) => m.oauth_config.scopes.bot.push('Chat Write'), /“Chat Write” is not/],
    ['a scope twice', (m) => m.oauth_config.scopes.bot.push('chat:write'), /chat:write is listed twice/],
  ])('Slack would refuse this app, and the page says so: %s', (_what, change, text) => {
    const manifest = editable();
    change(manifest);
    const problems = manifestFindings(manifest).filter(({ level }) => level === 'problem');
    expect(problems.map((finding) => finding.text)).toContainEqual(expect.stringMatching(text));
  });

  it('A Slack app that is exactly at the limits has no fault', () => {
    expect(
      findingsAfter((manifest) => {
        manifest.display_information.name = '🐱'.repeat(35);
        manifest.features.bot_user.display_name = 'x'.repeat(80);
        manifest.features.slash_commands = [command(`/${'x'.repeat(31)}`)];
      }),
    ).toEqual([]);
  });
});

describe('A manifest that would not work', () => {
  it('An event without its scope is a fault that names the missing scope', () => {
    const manifest = editable();
    manifest.settings.event_subscriptions.bot_events.push('file_shared');
    expect(manifestFindings(manifest)).toEqual([
      {
        level: 'warning',
        field: 'events',
        text: 'file_shared needs the scope files:read.',
        adds: 'files:read',
      },
    ]);
  });

  it('One of several possible scopes is enough for an event', () => {
    const texts = findingsAfter((manifest) => {
      manifest.oauth_config.scopes.bot = ['users:read', 'commands', 'groups:read'];
      manifest.settings.event_subscriptions.bot_events = ['member_joined_channel'];
    });
    expect(texts).toEqual([]);
  });

  it('An app without users:read and slash commands without their scope are faults', () => {
    const texts = findingsAfter((manifest) => {
      manifest.oauth_config.scopes.bot = ['chat:write'];
      manifest.settings.event_subscriptions.bot_events = [];
    });
    expect(texts).toEqual([
      'Slash commands need the scope commands.',
      expect.stringContaining('users:read is needed') as string,
    ]);
  });
});

function command(name: string, description = 'Does it') {
  return { command: name, description };
}

function many(count: number): number[] {
  return [...Array(count).keys()];
}

/** A word of letters for each number. */
function word(number: number): string {
  return String(number).replaceAll(/\d/g, (digit) => 'abcdefghij'[Number(digit)] ?? '');
}
