import { gzipSync } from 'node:zlib';
import { beforeAll, describe, expect, it } from 'vitest';
import { useServer } from './use-server.js';

const UNKNOWN = 'con_01hzzzzzzzzzzzzzzzzzzzzzzz';
const FORM = { 'content-type': 'application/x-www-form-urlencoded' };

describe('The pages of the server', () => {
  const given = useServer();
  let cid: string;

  beforeAll(async () => {
    cid = (await given.project()).connectionId;
  });

  const ask = (
    path: string,
    init: RequestInit = {},
    token: string | undefined = given.user.token,
  ): Promise<Response> =>
    fetch(new URL(path, given.server.url), {
      redirect: 'manual',
      ...init,
      headers: {
        ...(token === '' ? {} : { authorization: `Bearer ${token}` }),
        ...(init.headers as Record<string, string> | undefined),
      },
    });
  const save = (fields: Record<string, string>) =>
    ask('/slack/save', {
      method: 'POST',
      headers: FORM,
      body: new URLSearchParams({ cid, ...fields }).toString(),
    });

  it.each(['cli', 'web', 'vscode', 'dash'])(
    'The page init/%s leads to the page of the integration',
    async (origin) => {
      const response = await ask(`/connections/${cid}/init/${origin}`);
      expect(response.status).toBe(302);
      expect(response.headers.get('location')).toMatch(
        new RegExp(`^/slack/?\\?cid=${cid}&origin=${origin}$`),
      );
    },
  );

  it('The page is redirected to its address with a slash at the end', async () => {
    const response = await ask(`/slack?cid=${cid}&origin=cli`);
    expect([301, 307]).toContain(response.status);
    expect(response.headers.get('location')).toBe(`/slack/?cid=${cid}&origin=cli`);
    expect((await ask(`/slack/?cid=${cid}&origin=cli`)).status).toBe(200);
  });

  it('The pages of set-up refuse unknown and malformed ids', async () => {
    const unknown = await ask(`/connections/${UNKNOWN}/init/cli`);
    expect([unknown.status, await unknown.text()]).toEqual([500, 'not_found\n']);
    const malformed = await ask('/connections/abc/init/cli');
    expect([malformed.status, await malformed.text()]).toEqual([
      400,
      "invalid prefix: ''. Subtype requires prefix to match 'con'\n",
    ]);
  });

  it('The pages of set-up end where they were begun, and store what came with them', async () => {
    const row = [{ name: 'sent_along', value: 'v', is_secret: true }];
    const vars = gzipSync(JSON.stringify(row)).toString('base64').replaceAll('+', '-').replaceAll('/', '_');
    const end = async (origin: string): Promise<string | null> =>
      (
        await ask(`/connections/${cid}/postinit?${new URLSearchParams({ vars, origin }).toString()}`)
      ).headers.get('location');
    expect(await end('cli')).toBe(`/connections/${cid}/success`);
    expect(await end('dash')).toBe(`/internal/dashboard/connections/${cid}?msg=Success`);
    expect(await end('vscode')).toBe(`vscode://autokitteh.autokitteh?cid=${cid}`);
    const stored = await given.user.clients.vars.get({ scopeId: cid, names: ['sent_along'] });
    expect(stored.vars).toMatchObject([{ value: 'v', isSecret: true }]);
    const success = await ask(`/connections/${cid}/success`);
    expect([success.status, await success.text()]).toEqual([200, expect.stringContaining('close')]);
  });

  it.each(['test', 'refresh'])('The pages give a status for a %s', async (verb) => {
    await given.user.clients.vars.set({ vars: [{ scopeId: cid, name: 'auth_type', value: 'socket' }] });
    const response = await ask(`/connections/${cid}/${verb}`, { method: 'POST' });
    expect([response.status, await response.json()]).toEqual([
      200,
      { code: 'CODE_ERROR', message: 'Bad auth type' },
    ]);
    const stranger = await ask(
      `/connections/${cid}/${verb}`,
      { method: 'POST' },
      (await given.server.createUser()).token,
    );
    expect([stranger.status, await stranger.text()]).toEqual([500, 'unauthorized\n']);
    expect((await ask(`/connections/${cid}/${verb}`)).status).toBe(405);
  });

  it.each([
    [{ cid: 'abc' }, 'invalid connection ID'],
    [{ auth_type: 'socket' }, 'unexpected auth type "socket"'],
    [{ auth_type: 'socketMode', bot_token: 'xoxb-1' }, 'missing private Socket Mode app details'],
    [{ auth_type: 'socketMode', bot_token: 'xoxb-1', app_token: 'xapp-1' }, 'slack token auth test failed'],
    [{ auth_type: 'oauthPrivate', client_id: '1' }, 'missing private OAuth 2.0 app details'],
    [{ auth_type: 'oauthDefault', origin: 'a-b' }, 'bad redirect URL'],
  ])('The pages of the built-in refuse %j', async (fields, words) => {
    const refused = await save({ origin: 'web', ...fields });
    expect([refused.status, await refused.text()]).toEqual([400, `${words}\n`]);
  });

  it('The pages of the built-in report an error to the editor in its own way', async () => {
    const refused = await save({ origin: 'vscode', auth_type: 'socket' });
    expect([refused.status, refused.headers.get('location')]).toEqual([
      302,
      `vscode://autokitteh.autokitteh?cid=${cid}&status=400&error=unexpected+auth+type+%22socket%22`,
    ]);
  });

  it('The pages of the built-in begin OAuth', async () => {
    const begun = await save({ origin: 'cli', auth_type: 'oauthDefault' });
    expect([begun.status, begun.headers.get('location')]).toEqual([
      302,
      `/oauth/start/slack?cid=${cid}&origin=cli`,
    ]);
    const onward = await ask(`/oauth/start/slack?cid=${cid}&origin=cli`);
    expect([onward.status, onward.headers.get('location')]).toEqual([
      302,
      expect.stringContaining('https://slack.com/oauth/v2/authorize?'),
    ]);
  });

  it("The pages of the built-in take no other content type, and Slack's webhooks only with a signature", async () => {
    const json = await ask('/slack/save', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{}',
    });
    expect([json.status, await json.text()]).toEqual([400, 'unexpected content type\n']);
    for (const path of ['/slack/command', '/slack/interaction'])
      expect((await ask(path, { method: 'POST', headers: FORM, body: '' }, '')).status).toBe(401);
    const event = { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{}' };
    const unsigned = await ask('/slack/event', event, '');
    expect([unsigned.status, await unsigned.text()]).toEqual([401, 'Unauthorized\n']);
  });

  it('The pages allow every other origin, with preflight', async () => {
    const preflight = await ask(
      '/slack/save',
      {
        method: 'OPTIONS',
        headers: {
          origin: 'http://elsewhere.example',
          'access-control-request-method': 'POST',
          'access-control-request-headers': 'authorization,content-type',
        },
      },
      '',
    );
    expect(preflight.status).toBe(204);
    expect(Object.fromEntries(preflight.headers)).toMatchObject({
      'access-control-allow-origin': '*',
      'access-control-allow-methods': 'POST',
      'access-control-allow-headers': 'authorization,content-type',
    });
    const answered = await ask('/readyz', { headers: { origin: 'http://elsewhere.example' } }, '');
    expect([answered.status, answered.headers.get('access-control-allow-origin')]).toEqual([200, '*']);
  });

  it.each(['/readyz', '/healthz', '/version'])('The page %s needs no credential', async (path) => {
    expect((await ask(path, {}, '')).status).toBe(200);
  });

  it('The pages announce the trailer that every answer ends with', async () => {
    expect((await ask('/readyz', {}, '')).headers.get('trailer')).toBe('AutoKitteh-Duration');
  });

  it.each(['GET', 'HEAD'])(
    'The pages announce the trailer even where none can follow: %s of a static file',
    async (method) => {
      const { status, headers } = await ask('/static/images/slack.svg', { method }, '');
      expect([status, headers.get('trailer')]).toEqual([200, 'AutoKitteh-Duration']);
      expect(Number(headers.get('content-length'))).toBeGreaterThan(0);
    },
  );
});
