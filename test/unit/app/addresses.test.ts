import { describe, expect, it } from 'vitest';
import { loadConfig, type Settings } from '../../../src/config.js';
import { urlOf } from '../../../src/core/listen.js';
import { serverElsewhere } from '../../../src/server-line.js';

describe('the URL of an address to listen on', () => {
  it.each([
    [{ host: '127.0.0.1', port: 9981 }, 'http://127.0.0.1:9981'],
    [{ host: 'plugin.internal', port: 9983 }, 'http://plugin.internal:9983'],
    [{ host: '0.0.0.0', port: 9983 }, 'http://localhost:9983'],
    [{ host: '::', port: 9983 }, 'http://localhost:9983'],
    [{ host: '::1', port: 9983 }, 'http://[::1]:9983'],
  ])('The URL of the listen address %o is %s', (address, url) => {
    expect(urlOf(address)).toBe(url);
  });

  it('The URL has the port that the system chose', () => {
    expect(urlOf({ host: '127.0.0.1', port: 0 }, 40_123)).toBe('http://127.0.0.1:40123');
  });
});

describe('The address of the server when the pages have an address of their own', () => {
  const APART = 'http://plugin.example:9983/slack';
  const elsewhere = (connectionUrl: string, settings: Settings): string | undefined =>
    serverElsewhere(loadConfig({}, settings, false), connectionUrl);

  it('People find the server at its public address, or else at the address that the program uses', () => {
    const settings = { GATEWAY_LISTEN: 'off', AUTOKITTEH_URL: 'http://inside:9980/ak/' };
    expect(elsewhere(APART, settings)).toBe('http://inside:9980/ak');
    expect(elsewhere(APART, { ...settings, AUTOKITTEH_PUBLIC_URL: 'https://ak.example.com/' })).toBe(
      'https://ak.example.com',
    );
  });

  it('The address of the server is not needed behind another proxy or with the gateway in front', () => {
    expect(elsewhere('/slack', { GATEWAY_LISTEN: 'off' })).toBeUndefined();
    expect(elsewhere('/slack', {})).toBeUndefined();
    expect(elsewhere(APART, {})).toBeUndefined();
  });
});
