import { randomBytes } from 'node:crypto';
import { request as httpRequest } from 'node:http';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { autoKittehClients } from '../world/autokitteh-clients.js';
import { MEETINGS, startPathWorld, type PathWorld } from '../world/people.js';
import { SLACK, type TestUser } from '../world/server.js';

describe.each(MEETINGS)('Requests that are forwarded to the server, server: %s', (meeting) => {
  let world: PathWorld;
  let user: TestUser;
  let cid: string;

  beforeAll(async () => {
    world = await startPathWorld(meeting);
    user = await world.server.createUser();
    const project = await world.server.createProject(user, { connections: { sl: {} } });
    cid = project.connections['sl'] ?? '';
  });
  afterAll(() => world.stop());

  /** Asks the server past the gateway. */
  const direct = (path: string, init: RequestInit = {}): Promise<Response> =>
    fetch(new URL(path, world.server.url), {
      redirect: 'manual',
      ...init,
      headers: {
        authorization: `Bearer ${user.token}`,
        ...(init.headers as Record<string, string> | undefined),
      },
    });
  const seen = async (response: Response): Promise<unknown[]> => [
    response.status,
    response.headers.get('location'),
    response.headers.get('content-type'),
    await response.text(),
  ];

  it.each(['oauth', 'oauthDefault', 'oauthPrivate'])(
    'The gateway begins %s as the built-in does',
    async (authType) => {
      const fields = {
        auth_type: authType,
        origin: 'web',
        ...{ client_id: 'id', client_secret: 'secret', signing_secret: 'signing' },
      };
      const posted = await world.save(user, cid, fields);
      expect([posted.status, posted.headers.get('location')]).toEqual([
        302,
        `/oauth/start/slack?cid=${cid}&origin=web`,
      ]);
      const query = new URLSearchParams({ cid, ...fields }).toString();
      const asked = await world.ask(`/slack/save?${query}`, user);
      expect(asked.headers.get('location')).toBe(`/oauth/start/slack?cid=${cid}&origin=web`);
      const onward = await world.ask(asked.headers.get('location') ?? '', user);
      expect(onward.headers.get('location')).toMatch(/^https:\/\/slack\.com\/oauth\/v2\/authorize\?/);
      expect(await world.stored(cid)).toMatchObject({ auth_type: authType });
    },
  );

  it('The gateway refuses unfinished OAuth forms in the server’s words', async () => {
    const refused = await world.save(user, cid, { auth_type: 'oauthPrivate', client_id: '1' });
    expect([refused.status, await refused.text()]).toEqual([400, 'missing private OAuth 2.0 app details\n']);
  });

  if (meeting === 'gateway')
    it('The gateway leaves the status of an OAuth connection to the server', async () => {
      const vars = ['auth_type', 'oauth_access_token'].map((name) => ({
        scopeId: cid,
        name,
        value: 'oauthDefault',
      }));
      await world.through(user).vars.set({ vars });
      const status = { message: 'Using OAuth 2.0' };
      const { connections } = world.through(user);
      expect((await connections.refreshStatus({ connectionId: cid })).status).toMatchObject(status);
      expect((await connections.test({ connectionId: cid })).status).toEqual(
        (await user.clients.connections.test({ connectionId: cid })).status,
      );
      expect((await connections.get({ connectionId: cid })).connection?.status).toMatchObject(status);
    });

  it.each([
    ['/slack/event', 'application/json'],
    ['/slack/command', 'application/x-www-form-urlencoded'],
    ['/slack/interaction', 'application/x-www-form-urlencoded'],
  ])('The gateway passes %s on, which the server refuses without Slack’s signature', async (path, type) => {
    const init = { method: 'POST', headers: { 'content-type': type }, body: '{}' };
    const forwarded = await world.ask(path, undefined, init);
    expect([forwarded.status, await forwarded.text()]).toEqual([401, 'Unauthorized\n']);
  });

  it.each(['/slack/oauth', '/slack/nothing', '/slack/', '/no/such/page', '/version', '/readyz'])(
    "The gateway answers %s as before, but for the program's own page",
    async (path) => {
      const [forwarded, asked] = [await seen(await world.ask(path, user)), await seen(await direct(path))];
      if (path === '/slack/') expect(forwarded).not.toEqual(asked);
      else expect(forwarded).toEqual(asked);
    },
  );

  it.each(['GET', 'HEAD'])('The gateway passes static files on: %s', async (method) => {
    const [forwarded, asked] = [
      await world.ask('/static/images/slack.svg', user, { method }),
      await direct('/static/images/slack.svg', { method }),
    ];
    expect(forwarded.headers.get('content-length')).toBe(asked.headers.get('content-length'));
    expect(await seen(forwarded)).toEqual(await seen(asked));
  });

  it.each([
    ['in one piece', {}],
    ['after 100 Continue', { expect: '100-continue' }],
    ['in chunks with a trailer', { 'transfer-encoding': 'chunked', trailer: 'x-sum' }],
  ])('The gateway passes a long packed write of variables on unharmed: %s', async (_name, headers) => {
    // Longer than what the gateway keeps of it, packed as well as unpacked.
    const values = Array.from({ length: 30 }, () => randomBytes(2_000).toString('hex'));
    const vars = values.map((value, index) => ({ scopeId: cid, name: `long_${index}`, value }));
    const write = gzipSync(JSON.stringify({ vars }));
    expect(await post('/autokitteh.vars.v1.VarsService/Set', headers, write)).toBe(200);
    const stored = await world.stored(cid);
    expect(values.map((_value, index) => stored[`long_${index}`])).toEqual(values);
  });

  /** Sends packed JSON through the gateway; the body, and a trailer where one is announced, when it is asked for. */
  function post(path: string, headers: Record<string, string>, body: Buffer): Promise<number | undefined> {
    const common = {
      authorization: `Bearer ${user.token}`,
      'content-type': 'application/json',
      'content-encoding': 'gzip',
    };
    const length = 'transfer-encoding' in headers ? {} : { 'content-length': body.length };
    return new Promise((resolve, reject) => {
      const request = httpRequest(new URL(path, world.url), {
        method: 'POST',
        headers: { ...common, ...length, ...headers },
      });
      const send = (): void => {
        if ('trailer' in headers) request.addTrailers({ 'x-sum': '1' });
        request.end(body);
      };
      request.once('error', reject).once('response', (response) => {
        response.resume().once('end', () => resolve(response.statusCode));
      });
      if ('expect' in headers) request.once('continue', send).flushHeaders();
      else send();
    });
  }

  it('The gateway never takes tokens out of an address', async () => {
    const query = new URLSearchParams({
      cid,
      auth_type: 'socketMode',
      bot_token: 'xoxb-1',
      app_token: 'xapp-1',
    });
    const refused = await world.ask(`/slack/save?${query.toString()}`, user);
    expect(refused.status).toBe(400);
  });

  it.each([{ json: true }, { json: false }])(
    "The gateway shows the program's entry, and all others as they are: %j",
    async ({ json }) => {
      const options = { json, headers: { authorization: `Bearer ${user.token}` } };
      const [gateway, server] = [world.url, world.server.url].map((url) => autoKittehClients(url, options));
      const { integrations = [] } = (await gateway?.integrations.list({})) ?? {};
      const { integrations: before = [] } = (await server?.integrations.list({})) ?? {};
      const others = <Entry extends { integrationId: string }>(entries: readonly Entry[]): Entry[] =>
        entries.filter(({ integrationId }) => integrationId !== SLACK);
      expect(others(integrations)).toEqual(others(before));
      expect(integrations).toHaveLength(before.length);
      const ours = {
        integrationId: SLACK,
        uniqueName: 'slack',
        displayName: 'Slack',
        logoUrl: '/slack/assets/icon.svg',
        connectionUrl: '/slack',
        description: expect.stringContaining('Socket Mode') as string,
        connectionCapabilities: { supportsConnectionTest: true, requiresConnectionInit: true },
      };
      expect(integrations.find(({ integrationId }) => integrationId === SLACK)).toMatchObject(ours);
      expect((await gateway?.integrations.get({ name: 'slack' }))?.integration).toMatchObject(ours);
      const icon = await world.ask(ours.logoUrl, user);
      expect([icon.status, icon.headers.get('content-type')]).toEqual([200, 'image/svg+xml']);
    },
  );
});
