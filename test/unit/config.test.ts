import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { loadConfig } from '../../src/config.js';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'config-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

describe('loadConfig', () => {
  it('is complete without any setting', () => {
    const config = loadConfig({ XDG_DATA_HOME: '/data' }, {}, false);
    expect(config).toEqual({
      autokitteh: { url: 'http://localhost:9980', credentials: { kind: 'none' } },
      gateway: { listen: { host: '127.0.0.1', port: 9981 }, publicUrl: undefined, trustedOrigins: [] },
      plugin: { listen: { host: '127.0.0.1', port: 9983 }, token: undefined },
      manifestPath: 'integration.yaml',
      journalPath: '/data/autokitteh-slack/journal.sqlite',
      slackApiUrl: 'https://slack.com/api/',
      log: { level: 'info', format: 'json' },
    });
  });

  it('prefers flags to the environment', () => {
    const config = loadConfig({ AUTOKITTEH_URL: 'http://a:1' }, { AUTOKITTEH_URL: 'http://b:2/' }, true);
    expect(config.autokitteh.url).toBe('http://b:2');
    expect(config.log.format).toBe('pretty');
  });

  it('reads secrets from files, and refuses both ways at once', () => {
    const path = join(folder, 'key');
    writeFileSync(path, 'ab'.repeat(32) + '\n');
    const config = loadConfig({ AUTOKITTEH_SIGN_KEY_FILE: path }, {}, false);
    expect(config.autokitteh.credentials).toEqual({ kind: 'sign_key', key: 'ab'.repeat(32) });
    expect(() => loadConfig({ AUTOKITTEH_SIGN_KEY_FILE: path, AUTOKITTEH_SIGN_KEY: 'x' }, {}, false)).toThrow(
      'AUTOKITTEH_SIGN_KEY and AUTOKITTEH_SIGN_KEY_FILE exclude each other',
    );
    expect(() => loadConfig({ PLUGIN_TOKEN_FILE: join(folder, 'none') }, {}, false)).toThrow(
      'PLUGIN_TOKEN_FILE cannot be read',
    );
  });

  it.each([
    [{ AUTOKITTEH_URL: 'ftp://x' }, 'AUTOKITTEH_URL must be a URL that starts with http:// or https://'],
    [{ GATEWAY_LISTEN: 'somewhere' }, 'GATEWAY_LISTEN must be host:port, or off'],
    [{ PLUGIN_LISTEN: '127.0.0.1:99999' }, 'PLUGIN_LISTEN must be host:port'],
    [{ PLUGIN_TOKEN: 'short' }, 'PLUGIN_TOKEN must have at least 16 characters'],
    [{ JOURNAL_URL: 'mysql:x' }, 'JOURNAL_URL must be sqlite:<path>'],
    [{ LOG_LEVEL: 'loud' }, 'LOG_LEVEL'],
    [{ AUTOKITTEH_TOKEN: 'a', AUTOKITTEH_SIGN_KEY: 'b' }, 'exclude each other'],
  ])('refuses %j with a sentence', (environment, sentence) => {
    expect(() => loadConfig(environment, {}, false)).toThrow(sentence);
  });

  it('takes a list of trusted origins', () => {
    const given = { GATEWAY_TRUSTED_ORIGINS: 'https://app.example.com/, http://localhost:8000' };
    expect(loadConfig(given, {}, false).gateway.trustedOrigins).toEqual([
      'https://app.example.com',
      'http://localhost:8000',
    ]);
    expect(() => loadConfig({ GATEWAY_TRUSTED_ORIGINS: '*' }, {}, false)).toThrow('GATEWAY_TRUSTED_ORIGINS');
  });

  it('accepts IPv6 addresses and "off"', () => {
    const config = loadConfig({ GATEWAY_LISTEN: 'off', PLUGIN_LISTEN: '[::1]:0' }, {}, false);
    expect(config.gateway.listen).toBe('off');
    expect(config.plugin.listen).toEqual({ host: '::1', port: 0 });
  });
});
