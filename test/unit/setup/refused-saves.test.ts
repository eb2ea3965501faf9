import { Code, ConnectError } from '@connectrpc/connect';
import { describe, expect, it } from 'vitest';
import { PluginError } from '../../../src/core/errors.js';
import { APP_TOKEN, BOT_TOKEN, CONNECTION, createFakeSetup, GOOD, PERSON, post } from './fakes.js';

const FORM = 'application/x-www-form-urlencoded';

/** How a request differs from a good one. */
interface Odd {
  readonly type?: string;
  readonly query?: string;
  readonly before?: string;
  readonly body?: string;
}

describe('Saves that are refused and store nothing', () => {
  it.each([
    ['a connection id that is none', { cid: 'x' }, 400, /^invalid connection ID$/],
    ['another type', { auth_type: 'apiKey' }, 400, /^unexpected auth type "apiKey"$/],
    ['an OAuth type, which is the server’s', { auth_type: 'oauthDefault' }, 400, /send this request to it$/],
    ['no bot token', { bot_token: ' ' }, 400, /^missing private Socket Mode app details$/],
    ['no app-level token', { app_token: '' }, 400, /^missing private Socket Mode app details$/],
    ['no origin', { origin: '' }, 400, /^bad redirect URL$/],
    ['an odd origin', { origin: 'a/b' }, 400, /^bad redirect URL$/],
    ['swapped tokens', { bot_token: APP_TOKEN, app_token: BOT_TOKEN }, 400, /swapped/],
    ['a user token', { bot_token: 'xoxp-1-2-3' }, 400, /^slack token auth test failed: .*user token/],
    ['a huge token', { bot_token: `xoxb-${'a'.repeat(8100)}` }, 400, /larger than 8092 bytes/],
  ])(
    'A form that another site makes the browser send is treated so: %s',
    async (_what, change, status, text) => {
      const setup = createFakeSetup();
      const response = await post(setup, { ...GOOD, ...change });
      expect([response.status, await response.text()]).toEqual([status, expect.stringMatching(text)]);
      expect(setup.autokitteh.writes).toEqual([]);
      expect(setup.slack.calls).toEqual([]);
    },
  );

  it.each([
    ['auth.test', 'invalid_auth', 400, /^slack token auth test failed: Slack says invalid_auth: /],
    ['bots.info', 'missing_scope', 400, /^slack bot info request failed: Slack says missing_scope: /],
    ['apps.connections.open', 'not_allowed_token_type', 400, /^slack WebSocket connection opening failed: /],
    ['apps.connections.open', 'internal_error', 502, /^slack WebSocket connection opening failed: /],
  ])('The save endpoint stores nothing when %s says %s', async (method, error, status, text) => {
    const setup = createFakeSetup();
    setup.slack.failures.set(method, { t: 'refused', error });
    const response = await post(setup, GOOD);
    expect([response.status, await response.text()]).toEqual([status, expect.stringMatching(text)]);
    expect(response.headers.get('content-type')).toContain('text/plain');
    expect(setup.autokitteh.writes).toEqual([]);
  });

  it('The save endpoint never answers 429, which the web UI takes for its own rate limit', async () => {
    const setup = createFakeSetup();
    setup.slack.failures.set('apps.connections.open', { t: 'rate_limited', retryAfterMs: 30_000 });
    const response = await post(setup, GOOD);
    expect([response.status, await response.text()]).toEqual([502, expect.stringContaining('30 seconds')]);
  });

  it('The save endpoint refuses two tokens of different apps', async () => {
    const setup = createFakeSetup();
    setup.slack.botApp = 'A0OTHER001';
    const response = await post(setup, GOOD);
    expect(response.status).toBe(400);
    expect(await response.text()).toContain('to the app A0OTHER001');
    expect(setup.autokitteh.writes).toEqual([]);
  });

  it("The save endpoint refuses another person's connection before it asks Slack", async () => {
    const setup = createFakeSetup();
    const response = await post(setup, GOOD, { authorization: 'Bearer someone-elses' });
    expect([response.status, await response.text()]).toEqual([404, 'connection not found']);
    expect(setup.slack.calls).toEqual([]);
  });

  it('The save endpoint refuses people who are not logged in', async () => {
    const setup = createFakeSetup();
    expect((await post(setup, GOOD, {})).status).toBe(401);
    expect(setup.slack.calls).toEqual([]);
  });

  it('The save endpoint refuses a connection of another integration', async () => {
    const setup = createFakeSetup({ integrationId: 'int_3kthg1thvb00000000000000xx' });
    expect((await post(setup, GOOD)).status).toBe(400);
    expect(setup.slack.calls).toEqual([]);
  });

  it('The save endpoint refuses a body that is not a form', async () => {
    const setup = createFakeSetup();
    const response = await post(setup, GOOD, { authorization: PERSON, 'content-type': 'application/json' });
    expect([response.status, await response.text()]).toEqual([400, 'unexpected content type']);
    const broken = await setup.app.request('/slack/save', {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded; charset=utf-8' },
      body: 'cid=%zz',
    });
    expect([broken.status, await broken.text()]).toEqual([
      400,
      'request parsing error: a percent sign is not followed by the code of a character in UTF-8',
    ]);
  });

  it.each([
    ['another content type that begins alike', { type: `${FORM}X` }, /^unexpected content type: /],
    ['another charset', { type: `${FORM}; charset=utf-7` }, /^unexpected content type: /],
    ['two charsets', { type: `${FORM}; charset=utf-8; charset=utf-16` }, /^unexpected content type: /],
    ['another parameter of the type', { type: `${FORM}; boundary=B` }, /^unexpected content type: /],
    ['a multipart form', { type: 'multipart/form-data; boundary=B' }, /^unexpected content type$/],
    ['no content type', { type: '' }, /^unexpected content type$/],
    ['two values of a parameter', { body: '&auth_type=oauth' }, /parameter auth_type has two values/],
    ['two values with an escaped name', { body: '&auth%5Ftype=oauth' }, /parameter auth_type has two values/],
    ['a value in the query beside one in the body', { query: '?cid=con_1' }, /parameter cid has two values/],
    ['an odd name with two values', { body: '&%0A=1&%0A=2' }, /^a parameter has two values/],
    ['a semicolon in the body', { body: ';' }, /^request parsing error: a semicolon/],
    ['a semicolon in the query', { query: '?x=1;y=2' }, /^request parsing error: a semicolon/],
    ['half a percent sign', { query: '?x=%4' }, /^request parsing error: a percent sign/],
    ['bytes that are no UTF-8', { body: '&x=%ff' }, /^request parsing error: a percent sign/],
    ['characters beyond ASCII', { body: '&x=\u00e9' }, /^request parsing error: .* not ASCII/],
    ['a byte order mark', { before: '\uFEFF' }, /^request parsing error: .* not ASCII/],
    ['a line feed', { body: '\n' }, /^request parsing error: a space/],
    ['a hundred parameters', { body: '&'.repeat(100) }, /^request parsing error: .* 100 parameters/],
  ])(
    'The save endpoint refuses %s',
    async (_what, { type = FORM, query = '', body = '', before = '' }: Odd, words) => {
      const setup = createFakeSetup();
      const response = await setup.app.request(`/slack/save${query}`, {
        method: 'POST',
        headers: { authorization: PERSON, 'content-type': type },
        body: before + new URLSearchParams(GOOD).toString() + body,
      });
      expect([response.status, await response.text()]).toEqual([400, expect.stringMatching(words)]);
      expect([setup.autokitteh.writes, setup.slack.calls]).toEqual([[], []]);
    },
  );

  it('The save endpoint takes a parameter that is there twice with the same value', async () => {
    const setup = createFakeSetup();
    const headers = { authorization: PERSON, 'content-type': `${FORM};charset=UTF-8` };
    const query = `?cid=${CONNECTION}&auth_type=socketMode&auth_type=socketMode`;
    expect((await post(setup, GOOD, headers, query)).status).toBe(302);
  });

  it('The save endpoint refuses a body that is larger than any form', async () => {
    const setup = createFakeSetup();
    expect((await post(setup, { ...GOOD, bot_token: 'x'.repeat(16_384) })).status).toBe(413);
  });

  it('The save endpoint refuses tokens in an address', async () => {
    const setup = createFakeSetup();
    const query = new URLSearchParams(GOOD).toString();
    const response = await setup.app.request(`/slack/save?${query}`, { headers: { authorization: PERSON } });
    expect(response.status).toBe(400);
    expect(setup.slack.calls).toEqual([]);
  });

  it('The save endpoint reports a refusal to VS Code through its own address', async () => {
    const setup = createFakeSetup();
    setup.slack.failures.set('auth.test', { t: 'refused', error: 'token_revoked' });
    const response = await post(setup, { ...GOOD, origin: 'vscode' });
    expect(response.status).toBe(302);
    const location = new URL(response.headers.get('location') ?? '');
    expect(location.href.startsWith('vscode://autokitteh.autokitteh?')).toBe(true);
    expect(Object.fromEntries(location.searchParams)).toEqual({
      cid: CONNECTION,
      status: '400',
      error: expect.stringMatching(/^slack token auth test failed: /) as string,
    });
  });

  it('The save endpoint refuses when Slack does not answer in time', async () => {
    const setup = createFakeSetup();
    setup.slack.silent = true;
    const answer = post(setup, GOOD);
    await setup.clock.advance(9_500);
    const response = await answer;
    expect([response.status, await response.text()]).toEqual([502, 'Slack did not answer within 9 seconds']);
    expect(setup.autokitteh.writes).toEqual([]);
    expect(setup.clock.pendingTimers).toBe(0);
  });

  it.each([
    ['forbidden', 'AutoKitteh says "unauthorized"', 403, /^AutoKitteh does not let you do this/],
    ['unauthenticated', 'AutoKitteh says "unauthenticated"', 401, /^you are not logged in to AutoKitteh/],
    [
      'server_unavailable',
      'the AutoKitteh server cannot be reached (10.0.0.5:9980)',
      502,
      /^AutoKitteh cannot be reached$/,
    ],
    [
      'timeout',
      'the reply of AutoKitteh took longer than 5000 ms',
      502,
      /^AutoKitteh did not answer in time$/,
    ],
    [
      'server_refused',
      'AutoKitteh says "dial tcp 10.0.0.5:5432"',
      502,
      /^AutoKitteh gave an unexpected reply$/,
    ],
  ] as const)(
    'The save endpoint says in plain words, without calls and addresses, that the server is or answers %s',
    async (code, message, status, words) => {
      const setup = createFakeSetup();
      setup.autokitteh.failure = new PluginError(code, message);
      const response = await post(setup, GOOD);
      expect([response.status, await response.text()]).toEqual([status, expect.stringMatching(words)]);
    },
  );

  it('The save endpoint passes on what the server says about a value', async () => {
    const setup = createFakeSetup();
    const cause = new ConnectError('value is too long', Code.InvalidArgument);
    setup.autokitteh.failure = new PluginError('server_refused', 'AutoKitteh says "value is too long"', {
      cause,
    });
    expect(await (await post(setup, GOOD)).text()).toBe('AutoKitteh refused this: value is too long');
  });

  it('The save endpoint does not claim that nothing was stored when AutoKitteh is slow to store', async () => {
    const setup = createFakeSetup();
    setup.autokitteh.silentWrites = true;
    const answer = post(setup, GOOD);
    await setup.clock.advance(9_500);
    expect(await (await answer).text()).toBe(
      'AutoKitteh did not answer within 9 seconds while it was storing this: load the page again to see what is stored',
    );
  });

  it('The save endpoint takes tokens with what people copy along with them', async () => {
    const setup = createFakeSetup();
    const tokens = { bot_token: `"${BOT_TOKEN}",`, app_token: `export SLACK_APP_TOKEN='${APP_TOKEN}'\n` };
    expect((await post(setup, { ...GOOD, ...tokens })).status).toBe(302);
    expect(setup.autokitteh.stored.get('private_bot_token')?.value).toBe(BOT_TOKEN);
    expect(setup.autokitteh.stored.get('socket_mode_app_token')?.value).toBe(APP_TOKEN);
  });
});

it.each([
  ['over HTTP/1', 'ECONNRESET', { 'content-length': '100' }],
  ['over HTTP/1 in chunks', 'ECONNRESET', { 'transfer-encoding': 'chunked' }],
  ['over HTTP/2', 'ABORT_ERR', {}],
] as const)(
  'A client that goes away %s within its form writes nothing to the log',
  async (_how, code, length) => {
    const setup = createFakeSetup();
    const body = new ReadableStream({
      pull(controller) {
        controller.error(Object.assign(new Error('aborted'), { code }));
      },
    });
    const headers = { 'content-type': 'application/x-www-form-urlencoded', ...length };
    const form: RequestInit = { method: 'POST', headers, body, duplex: 'half' };
    expect((await setup.app.request('/slack/save', form)).status).toBe(400);
    expect(setup.lines).toEqual([]);
  },
);

it('The log never contains a token or a cookie', async () => {
  const setup = createFakeSetup();
  setup.slack.failures.set('auth.test', { t: 'refused', error: 'invalid_auth' });
  await post(setup, GOOD);
  await post(setup, { ...GOOD, bot_token: APP_TOKEN, app_token: BOT_TOKEN });
  setup.slack.failures.clear();
  await post(setup, GOOD);
  expect(setup.lines.join('')).not.toMatch(/xoxb-|xapp-|persons-token/);
  expect(setup.lines.length).toBeGreaterThan(0);
});

it('Refused forms are logged once a minute for each status, with the number of those that were not', async () => {
  const setup = createFakeSetup();
  const refuse = async (times: number): Promise<void> => {
    for (let time = 0; time < times; time++) await post(setup, GOOD, {});
  };
  await refuse(100);
  await post(setup, GOOD, { authorization: 'Bearer someone-elses' });
  expect(setup.lines).toHaveLength(2);
  await setup.clock.advance(60_000);
  await refuse(2);
  const last = JSON.parse(setup.lines[2] ?? '') as Record<string, unknown>;
  expect([setup.lines.length, last['alike'], last['msg']]).toEqual([3, 99, 'connection not saved']);
});
