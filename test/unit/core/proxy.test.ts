import { describe, expect, it } from 'vitest';

import { isExempt, parseProxy } from '../../../src/core/proxy.js';

describe('NO_PROXY', () => {
  it.each([
    ['slack.com', 'slack.com', 443, true],
    ['slack.com', 'wss-primary.slack.com', 443, true],
    ['slack.com', 'notslack.com', 443, false],
    ['.slack.com', 'hooks.slack.com', 443, true],
    ['.slack.com', 'slack.com', 443, true],
    ['*.slack.com', 'files.slack.com', 443, true],
    ['*.slack.com', 'myslack.com', 443, false],
    ['SLACK.com', 'Slack.COM', 443, true],
    ['slack.com.', 'slack.com', 443, true],
    ['slack.com', 'slack.com.', 443, true],
    ['*', 'slack.com', 443, true],
    ['example.com, *', 'slack.com', 443, true],
    ['slack.com:443', 'slack.com', 443, true],
    ['slack.com:8443', 'slack.com', 443, false],
    ['a.example,slack.com', 'slack.com', 443, true],
    ['a.example slack.com', 'slack.com', 443, true],
    [' , ,', 'slack.com', 443, false],
    ['', 'slack.com', 443, false],
    ['.', 'slack.com', 443, false],
    ['127.0.0.1', '127.0.0.1', 80, true],
    ['127.0.0.1:8080', '127.0.0.1', 80, false],
    ['0.0.1', '127.0.0.1', 80, false],
    ['10.0.0.0/8', '10.1.2.3', 80, true],
    ['10.0.0.0/8', '11.1.2.3', 80, false],
    ['10.0.0.0/8', 'slack.com', 443, false],
    ['10.0.0.0/x', '10.1.2.3', 80, false],
    ['10.0.0.0/33', '10.1.2.3', 80, false],
    ['10.0.0.0/', '10.1.2.3', 80, false],
    ['10.0.0.0/', '93.184.215.14', 443, false],
    ['10.0.0.0/0x0', '93.184.215.14', 443, false],
    ['10.0.0.0/+0', '93.184.215.14', 443, false],
    ['10.0.0.0/8/8', '10.1.2.3', 80, false],
    ['fd00::/', '[2001:db8::1]', 443, false],
    ['0.0.0.0/0', '10.1.2.3', 80, true],
    ['::1', '[::1]', 80, true],
    ['::1', '::1', 80, true],
    ['[::1]:80', '[::1]', 80, true],
    ['[::1]:81', '[::1]', 80, false],
    ['fd00::/8', '[fd12::1]', 443, true],
    ['fd00::/8', '[fe80::1]', 443, false],
    ['localhost', 'localhost', 80, true],
  ])('NO_PROXY=%j is read for %s:%i as the rest of the world reads it', (noProxy, host, port, exempt) => {
    expect(isExempt(noProxy, host, port)).toBe(exempt);
  });
});

describe('The URL of a proxy', () => {
  it.each([
    ['http://proxy.example:3128', 'proxy.example:3128', 'http://proxy.example:3128', undefined],
    ['proxy.example:3128', 'proxy.example:3128', 'http://proxy.example:3128', undefined],
    ['proxy.example', 'proxy.example:80', 'http://proxy.example:80', undefined],
    ['https://proxy.example', 'proxy.example:443', 'https://proxy.example:443', undefined],
    ['http://[::1]:3128/', '[::1]:3128', 'http://[::1]:3128', undefined],
    [
      'http://corp:secret@proxy.example:3128',
      'proxy.example:3128',
      'http://proxy.example:3128',
      'corp:secret',
    ],
    ['http://corp:p%40ss%3Aword@p:1', 'p:1', 'http://p:1', 'corp:p@ss:word'],
    ['http://corp:100%@p:1', 'p:1', 'http://p:1', 'corp:100%'],
    ['http://corp@p:1', 'p:1', 'http://p:1', 'corp:'],
  ])('The URL %s is read with its port and its credentials', (text, name, origin, credentials) => {
    const authorization =
      credentials === undefined ? undefined : `Basic ${Buffer.from(credentials).toString('base64')}`;
    expect(parseProxy(text)).toEqual({ name, origin, authorization });
  });

  it.each([
    '',
    'socks5://proxy.example:1080',
    'ftp://proxy.example',
    'http://',
    'http://proxy.example:99999',
  ])('The URL %j names no HTTP proxy', (text) => {
    expect(parseProxy(text)).toBeUndefined();
  });
});
