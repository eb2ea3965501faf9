import { describe, expect, it } from 'vitest';
import { PluginError } from '../../../src/core/errors.js';
import { CONNECTION, createFakeSetup, PERSON, post, type FakeSetup } from './fakes.js';

const TRUSTED = 'https://app.example.com';
const COOKIE = { cookie: 'ak_user_session=persons-token' };
const OAUTH = { cid: CONNECTION, origin: 'web', auth_type: 'oauthDefault' };
const WINDOW = {
  'sec-fetch-site': 'cross-site',
  'sec-fetch-mode': 'navigate',
  'sec-fetch-dest': 'document',
};
const IMAGE = { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'no-cors', 'sec-fetch-dest': 'image' };

interface Gateway extends FakeSetup {
  /** How many requests the server was given. */
  readonly passed: () => number;
}

function createGateway(overrides: Parameters<typeof createFakeSetup>[0] = {}): Gateway {
  let passed = 0;
  const setup = createFakeSetup({ trustedOrigins: [TRUSTED], ...overrides }, { passOn: () => passed++ });
  return { ...setup, passed: () => passed };
}

async function get(
  { app }: Gateway,
  fields: Readonly<Record<string, string>>,
  headers: Readonly<Record<string, string>>,
  method = 'GET',
): Promise<Response> {
  return app.request(`/slack/save?${new URLSearchParams(fields).toString()}`, { method, headers });
}

describe('a save that is the server’s', () => {
  it.each(['oauth', 'oauthDefault', 'oauthPrivate', 'none', ''])(
    'A save of type "%s" reaches the server by GET and POST from a person who sees the connection',
    async (authType) => {
      const gateway = createGateway();
      await post(gateway, { ...OAUTH, auth_type: authType });
      await get(gateway, { ...OAUTH, auth_type: authType }, { authorization: PERSON });
      await get(gateway, { ...OAUTH, auth_type: authType }, { ...COOKIE, 'sec-fetch-site': 'same-origin' });
      expect(gateway.passed()).toBe(3);
      expect(gateway.autokitteh.writes).toEqual([]);
    },
  );

  it.each([
    ['somebody else', { authorization: 'Bearer someone-elses' }, 404, 'connection not found'],
    ['somebody else by cookie', { cookie: 'ak_user_session=other' }, 404, 'connection not found'],
    [
      'nobody',
      {},
      401,
      'you are not logged in to AutoKitteh, or your login has expired: log in and try again',
    ],
  ])('A save does not reach the server from %s', async (_who, headers, status, words) => {
    const gateway = createGateway();
    const response = await post(gateway, OAUTH, headers);
    expect([response.status, await response.text()]).toEqual([status, words]);
    expect(gateway.passed()).toBe(0);
  });

  it.each([
    ['a malformed id', { cid: 'con_x' }, {}, 400],
    ['no id', { cid: '' }, {}, 400],
    ['a connection of another integration', {}, { integrationId: 'int_3kthg1thvb00000000000000xx' }, 400],
  ])('A save does not reach the server with %s', async (_what, fields, overrides, status) => {
    const gateway = createGateway(overrides);
    expect((await post(gateway, { ...OAUTH, ...fields })).status).toBe(status);
    expect(gateway.passed()).toBe(0);
  });

  it('A save is refused while it cannot be told whose the connection is', async () => {
    const gateway = createGateway();
    gateway.autokitteh.failure = new PluginError('server_unavailable', 'AutoKitteh says "away"');
    expect((await post(gateway, OAUTH)).status).toBe(502);
    const editor = await post(gateway, { ...OAUTH, origin: 'vscode' });
    expect(editor.headers.get('location')).toMatch(/^vscode:.*&status=502&/);
    expect(gateway.passed()).toBe(0);
  });

  it.each([
    ['a form of another site', 'POST', { 'sec-fetch-site': 'cross-site', origin: 'https://evil.example' }],
    ['an old browser’s form', 'POST', { origin: 'https://evil.example' }],
    ['an image', 'GET', IMAGE],
    ['an image, by HEAD', 'HEAD', IMAGE],
    ['an image of another port', 'GET', { ...IMAGE, 'sec-fetch-site': 'same-site' }],
    ['a frame', 'GET', { ...WINDOW, 'sec-fetch-dest': 'iframe' }],
    ['a script', 'GET', { ...WINDOW, 'sec-fetch-mode': 'cors', origin: 'https://evil.example' }],
    ['an image with a browser’s own credential', 'GET', { ...IMAGE, authorization: 'Basic cDpw' }],
    ['an image of a trusted page', 'GET', { ...IMAGE, referer: `${TRUSTED}/` }],
    ['an upgrade', 'GET', { origin: 'https://evil.example', 'sec-fetch-mode': 'websocket' }],
  ])('A forged save does not reach the server from %s', async (_what, method, headers) => {
    for (const authType of ['oauthDefault', 'none']) {
      const gateway = createGateway();
      const fields = { ...OAUTH, auth_type: authType };
      const sent = { ...COOKIE, ...headers };
      const response =
        method === 'POST' ? await post(gateway, fields, sent) : await get(gateway, fields, sent, method);
      expect([response.status, gateway.passed()]).toEqual([403, 0]);
    }
  });
});

describe('a window that another page opened for an OAuth flow', () => {
  it('The window names the connection and has one button that sends the same parameters', async () => {
    const gateway = createGateway();
    const fields = { ...OAUTH, auth_type: 'oauthPrivate', client_id: '1"><b>', client_secret: 's&t' };
    const headers = { ...COOKIE, ...WINDOW, referer: 'https://web.example/x?secret=1' };
    const response = await get(gateway, fields, headers);
    const page = await response.text();
    expect([response.status, gateway.passed()]).toEqual([200, 0]);
    expect(page).toContain('my_slack');
    expect(page).toContain('The page at <b>https://web.example</b> opened this window');
    expect(page).not.toContain('secret=1');
    expect(page.match(/<button/g)).toHaveLength(1);
    const inputs = [...page.matchAll(/<input type="hidden" name="(\w+)" value="([^"]*)" \/>/g)];
    expect(inputs.map(([, name, value]) => [name, value])).toEqual([
      ['cid', CONNECTION],
      ['origin', 'web'],
      ['auth_type', 'oauthPrivate'],
      ['client_id', '1&quot;&gt;&lt;b&gt;'],
      ['client_secret', 's&amp;t'],
    ]);
    expect(response.headers.get('cache-control')).toBe('no-store');
    expect(response.headers.get('x-frame-options')).toBe('DENY');
  });

  it.each([
    ['another port of the same host', { ...WINDOW, 'sec-fetch-site': 'same-site' }],
    ['a link in another program', { ...WINDOW, 'sec-fetch-site': 'none' }],
    ['a browser that says nothing', {}],
    [
      'a page with a name like a trusted one',
      { ...WINDOW, referer: 'https://app.example.com.evil.example/' },
    ],
    ['a page that has a browser’s own credential sent', { ...WINDOW, authorization: 'Negotiate YII' }],
  ])('A person is asked when the window comes from %s', async (_what, headers) => {
    const gateway = createGateway();
    const response = await get(gateway, OAUTH, { ...COOKIE, ...headers });
    expect([gateway.passed(), response.headers.get('content-type')]).toEqual([
      0,
      expect.stringContaining('html'),
    ]);
  });

  it.each([
    ['somebody else', { cookie: 'ak_user_session=other' }, 404],
    ['nobody', {}, 401],
  ])('The window shows nothing of a connection to %s', async (_who, headers, status) => {
    const gateway = createGateway();
    const response = await get(gateway, OAUTH, { ...WINDOW, ...headers });
    expect([response.status, gateway.passed()]).toEqual([status, 0]);
    expect(await response.text()).not.toContain('my_slack');
  });

  it('The window says that OAuth replaces Socket Mode where it is in use', async () => {
    const gateway = createGateway();
    const ask = async (): Promise<string> => (await get(gateway, OAUTH, { ...COOKIE, ...WINDOW })).text();
    expect(await ask()).not.toContain('uses Socket Mode now');
    await post(gateway, {
      ...OAUTH,
      auth_type: 'socketMode',
      bot_token: 'xoxb-111-222-abcDEF',
      app_token: 'xapp-1-A0APP00001-333-0123456789abcdef',
    });
    expect(await ask()).toContain('uses Socket Mode now');
  });

  it('The window goes on at once where the operator trusts the page that opened it', async () => {
    const gateway = createGateway();
    await get(gateway, OAUTH, { ...COOKIE, ...WINDOW, referer: `${TRUSTED}/projects/1` });
    expect(gateway.passed()).toBe(1);
  });

  it.each(['none', '', 'apiKey'])('The window is refused for the type "%s"', async (authType) => {
    const gateway = createGateway();
    for (const headers of [WINDOW, {}]) {
      const fields = { ...OAUTH, auth_type: authType };
      const response = await get(gateway, fields, { ...COOKIE, ...headers });
      expect([response.status, gateway.passed()]).toEqual([403, 0]);
    }
  });

  it('The window is refused for Socket Mode, whose tokens belong in no address', async () => {
    const gateway = createGateway();
    const fields = { ...OAUTH, auth_type: 'socketMode', bot_token: 'xoxb-1', app_token: 'xapp-1' };
    expect((await get(gateway, fields, { ...COOKIE, ...WINDOW })).status).toBe(400);
    expect(gateway.passed()).toBe(0);
  });
});
