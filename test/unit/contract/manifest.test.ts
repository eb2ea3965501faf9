import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parseManifest, readManifest } from '../../../src/contract/manifest.js';

const FILE = join(import.meta.dirname, '../../../integration.yaml');

const GOOD = `unique_name: slack_ts
display_name: Slack
logo_url: https://example.com/logo.svg
connection_url: /slack_ts
connection_capabilities:
  supports_connection_test: true
  supports_connection_init: true
  requires_connection_init: false
initial_connection_status:
  code: init_required
  message: Not yet
`;

describe("the integration's manifest", () => {
  it('The manifest that comes with the program takes over the entry `slack`', async () => {
    const manifest = await readManifest(FILE);
    expect(manifest).toMatchObject({
      uniqueName: 'slack',
      integrationId: 'int_3kth0s1ackb1ff80a8d62ba8cc',
      displayName: 'Slack',
      connectionUrl: '/slack',
      initialStatus: { code: 'init_required' },
      capabilities: {
        supportsConnectionTest: true,
        supportsConnectionInit: true,
        requiresConnectionInit: true,
      },
    });
    expect(manifest.slackApp).toMatchObject({ settings: { socket_mode_enabled: true } });
  });

  it('A manifest may have another name, for a server that attaches it', () => {
    const manifest = parseManifest(GOOD, 'i.yaml');
    expect(manifest.integrationId).toBe('int_3kths1ack0ecf2874ee1b4203c');
    expect(manifest).toMatchObject({ description: '', userLinks: {}, slackApp: undefined });
  });

  it.each([
    [
      'unique_name: slack_ts',
      'unique_name: slack__ts',
      /^i\.yaml:1: unique_name must have no double underscore/,
    ],
    ['unique_name: slack_ts', 'unique_name: 9x', /^i\.yaml:1: unique_name must be letters/],
    ['unique_name: slack_ts', 'unique_name: env', /^i\.yaml:1: unique_name is the name of a module/],
    ['display_name: Slack', 'display_name: ""', /^i\.yaml:2: display_name must not be empty$/],
    [
      'display_name: Slack',
      'displayname: Slack',
      /display_name is missing[^]*i\.yaml:2: displayname is not a field/,
    ],
    ['logo_url: https:', 'logo_url: javascript:', /^i\.yaml:3: logo_url must be a path/],
    [
      'connection_url: /slack_ts',
      'connection_url: //evil.example',
      /^i\.yaml:4: connection_url must be a path/,
    ],
    ['connection_url: /slack_ts', 'connection_url: /s?a=b', /^i\.yaml:4: connection_url must have no query/],
    [
      '  requires_connection_init: false',
      '  requires_connection_init: maybe',
      /^i\.yaml:8: connection_capabilities\.requires_connection_init must be of type boolean$/,
    ],
    [
      '  requires_connection_init: false\n',
      '',
      /^i\.yaml:6: connection_capabilities\.requires_connection_init is missing$/,
    ],
    [
      '  code: init_required',
      '  code: fine',
      /^i\.yaml:10: initial_connection_status\.code must be one of ok, /,
    ],
    [
      'display_name: Slack',
      'user_links: {a: "javascript:x"}\ndisplay_name: Slack',
      /^i\.yaml:2: user_links\.a must be a URL/,
    ],
    [
      'display_name: Slack',
      'display_name: Slack\ndisplay_name: Slack',
      /^i\.yaml:3: Map keys must be unique/,
    ],
    ['display_name: Slack', 'display_name: [', /^i\.yaml:\d+: /],
  ])('A wrong manifest is refused with file, line and field: %j -> %j', (good, bad, message) => {
    const text = GOOD.replace(good, bad);
    expect(text).not.toBe(GOOD);
    expect(() => parseManifest(text, 'i.yaml')).toThrow(
      expect.objectContaining({ code: 'bad_manifest', message: expect.stringMatching(message) as string }),
    );
  });

  it('A file that is not a manifest at all is refused', async () => {
    expect(() => parseManifest('', 'i.yaml')).toThrow(/^i\.yaml:1: the file must be of type object$/);
    expect(() => parseManifest('a: &a [*a, *a]', 'i.yaml')).toThrow(/^i\.yaml/);
    await expect(readManifest('/nowhere/i.yaml')).rejects.toMatchObject({
      code: 'bad_manifest',
      message: expect.stringMatching(
        /^\/nowhere\/i\.yaml cannot be read.*: set INTEGRATION_MANIFEST/,
      ) as string,
    });
  });
});
