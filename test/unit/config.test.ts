import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { loadConfig } from '../../src/config.js';
import { nameOfHost } from '../../src/setting-parsers.js';
import { secretsOf } from '../../src/settings.js';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'config-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

const NO_PASSWORD =
  'must be postgres://user@host/database, without a password: set JOURNAL_PASSWORD, JOURNAL_PASSWORD_FILE or PGPASSFILE';

describe('loadConfig', () => {
  it('The configuration is complete without any setting', () => {
    const config = loadConfig({ XDG_DATA_HOME: '/data' }, {}, false);
    expect(config).toEqual({
      autokittehUrl: 'http://localhost:9980',
      autokittehCredentials: { kind: 'none' },
      slackProxies: { http: undefined, https: undefined, noProxy: '' },
      gatewayListen: { host: '127.0.0.1', port: 9981 },
      gatewayTrustedOrigins: [],
      pluginListen: { host: '127.0.0.1', port: 9983 },
      // Beside the program, wherever it is started.
      integrationManifest: join(import.meta.dirname, '../../integration.yaml'),
      journalUrl: '/data/autokitteh-slack/journal.sqlite',
      journalMaxBytes: 4 * 1024 ** 3,
      journalBackups: 2,
      journalRetention: 26 * 3_600_000,
      dispatchAttempts: 8,
      secretFiles: [],
      replicaName: nameOfHost(hostname()),
      slackApiUrl: 'https://slack.com/api/',
      logLevel: 'info',
      logFormat: 'json',
    });
  });

  it('The proxies on the way to Slack are those that the environment names, lower case first', () => {
    const { slackProxies, autokittehProxy } = loadConfig(
      {
        HTTPS_PROXY: 'http://upper.example:1',
        https_proxy: 'https://corp:secret@lower.example',
        HTTP_PROXY: 'plain.example:3128',
        http_proxy: '',
        NO_PROXY: 'internal.example',
      },
      {},
      false,
    );
    expect(slackProxies).toEqual({
      https: {
        name: 'lower.example:443',
        origin: 'https://lower.example:443',
        authorization: 'Basic Y29ycDpzZWNyZXQ=',
      },
      http: { name: 'plain.example:3128', origin: 'http://plain.example:3128', authorization: undefined },
      noProxy: 'internal.example',
    });
    expect(autokittehProxy).toBeUndefined();
  });

  it.each(['HTTPS_PROXY', 'HTTP_PROXY', 'AUTOKITTEH_PROXY'])(
    'A value of %s that names no HTTP proxy is refused without showing it',
    (name) => {
      const load = (): unknown =>
        loadConfig({ [name]: 'socks5://corp:secret@proxy.example:1080' }, {}, false);
      expect(load).toThrow(`${name} must be the URL of an HTTP proxy`);
      expect(load).not.toThrow('secret');
    },
  );

  it('Flags come before the environment', () => {
    const config = loadConfig({ AUTOKITTEH_URL: 'http://a:1' }, { AUTOKITTEH_URL: 'http://b:2/' }, true);
    expect(config.autokittehUrl).toBe('http://b:2');
    expect(config.logFormat).toBe('pretty');
  });

  it('Secrets are read from files, and a secret that is given twice is refused', () => {
    const path = join(folder, 'key');
    writeFileSync(path, 'ab'.repeat(32) + '\n');
    const config = loadConfig({ AUTOKITTEH_SIGN_KEY_FILE: path }, {}, false);
    expect(config.autokittehCredentials).toEqual({ kind: 'sign_key', key: 'ab'.repeat(32) });
    expect(() => loadConfig({ AUTOKITTEH_SIGN_KEY_FILE: path, AUTOKITTEH_SIGN_KEY: 'x' }, {}, false)).toThrow(
      'AUTOKITTEH_SIGN_KEY and AUTOKITTEH_SIGN_KEY_FILE are mutually exclusive: set only one',
    );
    expect(() => loadConfig({ PLUGIN_TOKEN_FILE: join(folder, 'none') }, {}, false)).toThrow(
      'PLUGIN_TOKEN_FILE cannot be read',
    );
    writeFileSync(path, '\n');
    expect(() => loadConfig({ PLUGIN_TOKEN_FILE: path }, {}, false)).toThrow(
      'PLUGIN_TOKEN_FILE names an empty file: write the secret into it, or unset PLUGIN_TOKEN_FILE',
    );
  });

  it.each([
    [{ AUTOKITTEH_URL: 'ftp://x' }, 'AUTOKITTEH_URL must be a URL that starts with http:// or https://'],
    [{ GATEWAY_LISTEN: 'somewhere' }, 'GATEWAY_LISTEN must be host:port, or off'],
    [{ PLUGIN_LISTEN: '127.0.0.1:99999' }, 'PLUGIN_LISTEN must be host:port, for instance 127.0.0.1:9983'],
    [{ PLUGIN_TOKEN: 'short' }, 'PLUGIN_TOKEN must have at least 16 characters'],
    [{ JOURNAL_URL: 'mysql:x' }, 'JOURNAL_URL must be sqlite:<path>, or postgres://user@host/database'],
    [{ JOURNAL_URL: 'postgres://me:pass@word@one/journal' }, `JOURNAL_URL ${NO_PASSWORD}`],
    [{ JOURNAL_URL: 'postgres://one/journal?password=word' }, `JOURNAL_URL ${NO_PASSWORD}`],
    [{ JOURNAL_URL: 'postgres://one/journal?sslmode=require&p%61ssword=word' }, `JOURNAL_URL ${NO_PASSWORD}`],
    [{ JOURNAL_MAX_BYTES: '4GiB' }, 'JOURNAL_MAX_BYTES must be a number of bytes without a unit'],
    [
      { JOURNAL_MAX_BYTES: '1000' },
      'JOURNAL_MAX_BYTES must be a number of bytes without a unit, at least 16777216',
    ],
    [{ REPLICA_NAME: 'replica one' }, 'REPLICA_NAME must consist of at most 63 letters, digits,'],
    [{ REPLICA_NAME: 'r'.repeat(64) }, 'REPLICA_NAME must consist of at most 63 letters, digits,'],
    [
      { OTEL_EXPORTER_OTLP_ENDPOINT: 'localhost:4317' },
      'OTEL_EXPORTER_OTLP_ENDPOINT must be a URL that starts',
    ],
    [{ OTEL_EXPORTER_OTLP_HEADERS: 'a=1,b' }, 'OTEL_EXPORTER_OTLP_HEADERS must be key=value pairs'],
    [{ OTEL_RESOURCE_ATTRIBUTES: 'a=%' }, 'OTEL_RESOURCE_ATTRIBUTES must be key=value pairs'],
    [{ LOG_LEVEL: 'loud' }, 'LOG_LEVEL must be debug, info, warn, error or silent'],
    [{ LOG_FORMAT: 'xml' }, 'LOG_FORMAT must be pretty or json'],
    [
      { GATEWAY_LISTEN: '127.0.0.1:9983' },
      'GATEWAY_LISTEN and PLUGIN_LISTEN are the same address: give one of them another port',
    ],
    [
      { AUTOKITTEH_TOKEN: 'a', AUTOKITTEH_SIGN_KEY: 'b' },
      'AUTOKITTEH_TOKEN and AUTOKITTEH_SIGN_KEY are mutually exclusive: set only one',
    ],
  ])('The setting %j is refused with a sentence', (environment, sentence) => {
    expect(() => loadConfig(environment, {}, false)).toThrow(sentence);
  });

  it.each([
    'postgres://me@one,two:5433/journal?sslmode=verify-full',
    'postgresql://[::1]:5433/journal',
    'postgres://one',
  ])('The journal may be at %s', (url) => {
    expect(loadConfig({ JOURNAL_URL: url }, {}, false).journalUrl).toBe(url);
  });

  it('A password in the URL of the journal is refused without showing it, as a flag and in the environment', () => {
    const url = 'postgres://me:hid%64en@one/journal';
    for (const [environment, flags] of [
      [{}, { JOURNAL_URL: url }],
      [{ JOURNAL_URL: url }, {}],
    ] as const) {
      const load = (): unknown => loadConfig(environment, flags, false);
      expect(load).toThrow(NO_PASSWORD);
      expect(load).not.toThrow('hid');
    }
  });

  it('The name of a host that no replica may have is made one that it may', () => {
    expect(nameOfHost('ak-slack-0.ak_slack')).toBe('ak-slack-0.ak_slack');
    expect(nameOfHost('Büro 1'.padEnd(80, 'x'))).toBe('B-ro-1'.padEnd(63, 'x'));
    expect(nameOfHost('')).toBe('replica');
  });

  it('A list of trusted origins is accepted', () => {
    const given = { GATEWAY_TRUSTED_ORIGINS: 'https://app.example.com/, http://localhost:8000' };
    expect(loadConfig(given, {}, false).gatewayTrustedOrigins).toEqual([
      'https://app.example.com',
      'http://localhost:8000',
    ]);
    expect(() => loadConfig({ GATEWAY_TRUSTED_ORIGINS: 'http://a.example,*' }, {}, false)).toThrow(
      'GATEWAY_TRUSTED_ORIGINS, number 2 of the list, must be a URL that starts with http:// or https://',
    );
  });

  it.each([
    'AUTOKITTEH_URL',
    'AUTOKITTEH_PUBLIC_URL',
    'GATEWAY_PUBLIC_URL',
    'GATEWAY_TRUSTED_ORIGINS',
    'SLACK_API_URL',
  ])('A user name or a password in %s is refused and not repeated', (name) => {
    for (const userInfo of ['somebody:pass-word', 'somebody', ':pass-word', ':', '', 'some%40body:pass-word'])
      for (const slashes of ['//', '\\\\', '/'])
        expect(() => loadConfig({ [name]: `https:${slashes}${userInfo}@host.example/` }, {}, false)).toThrow(
          expect.objectContaining({
            code: 'bad_config',
            message: expect.stringMatching(
              new RegExp(`^${name}(, number 1 of the list,)? must (?!.*(pass-word|somebody))`),
            ) as string,
          }) as Error,
        );
    expect(() => loadConfig({ [name]: 'https://somebody:pass-word@host.example' }, {}, false)).toThrow(
      /must have no user name and no password: remove the part before the @/,
    );
    expect(() => loadConfig({ [name]: 'https://host.example/a@b' }, {}, false)).not.toThrow();
  });

  it('Pairs for a collector are decoded, and those that are secrets are hidden in the log', () => {
    const config = loadConfig(
      {
        OTEL_EXPORTER_OTLP_ENDPOINT: 'https://collector.example:4318/otlp/',
        OTEL_EXPORTER_OTLP_HEADERS: 'authorization=Basic%20dXNlcjpwYXNz==, x-tenant=one%2Ctwo,',
        OTEL_RESOURCE_ATTRIBUTES: 'deployment.environment.name=production',
      },
      {},
      false,
    );
    expect(config.otelExporterOtlpEndpoint).toBe('https://collector.example:4318/otlp');
    expect(config.otelExporterOtlpHeaders).toEqual({
      authorization: 'Basic dXNlcjpwYXNz==',
      'x-tenant': 'one,two',
    });
    expect(config.otelResourceAttributes).toEqual({ 'deployment.environment.name': 'production' });
    expect(secretsOf(config)).toEqual(['Basic dXNlcjpwYXNz==', 'one,two']);
    expect(() => loadConfig({ OTEL_EXPORTER_OTLP_HEADERS: 'my-secret' }, {}, false)).not.toThrow('my-secret');
  });

  it('IPv6 addresses and "off" are accepted as listen addresses', () => {
    const config = loadConfig({ GATEWAY_LISTEN: 'off', PLUGIN_LISTEN: '[::1]:0' }, {}, false);
    expect(config.gatewayListen).toBe('off');
    expect(config.pluginListen).toEqual({ host: '::1', port: 0 });
  });
});
