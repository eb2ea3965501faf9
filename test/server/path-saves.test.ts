import { once } from 'node:events';
import { connect } from 'node:net';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { MEETINGS, startPathWorld, type PathWorld } from '../world/people.js';
import { send, type Reply } from '../helpers/raw-request.js';
import type { TestUser } from '../world/server.js';

const FORM = { 'content-type': 'application/x-www-form-urlencoded' };
const MULTIPART = { 'content-type': 'multipart/form-data; boundary=B' };
const UPGRADE = {
  connection: 'Upgrade',
  upgrade: 'websocket',
  'sec-websocket-version': '13',
  'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==',
};
const OAUTH = ['oauth', 'oauthDefault', 'oauthPrivate'];

/** An address that stores a type of the connection. */
function storing(cid: string, value: string): string {
  const rows = gzipSync(JSON.stringify([{ name: 'auth_type', value }])).toString('base64');
  const vars = rows.replaceAll('+', '-').replaceAll('/', '_');
  return `/connections/${cid}/postinit?${new URLSearchParams({ vars, origin: 'cli' }).toString()}`;
}

// The server's own save checks neither whose connection it is nor where the request came from.
describe.each(MEETINGS)('The checks of a save, server: %s', (meeting) => {
  let world: PathWorld;
  let owner: TestUser;
  let stranger: TestUser;
  let cid: string;

  beforeAll(async () => {
    world = await startPathWorld(meeting);
    owner = await world.server.createUser();
    stranger = await world.server.createUser();
    const project = await world.server.createProject(owner, { connections: { sl: {} } });
    cid = project.connections['sl'] ?? '';
  });
  afterAll(() => world.stop());
  beforeEach(() =>
    owner.clients.vars.set({ vars: [{ scopeId: cid, name: 'auth_type', value: 'socketMode' }] }),
  );

  type Sent = NonNullable<Parameters<typeof send>[2]>;

  const bearer = (user: TestUser): Record<string, string> => ({ authorization: `Bearer ${user.token}` });
  const cookies = (user: TestUser): Record<string, string> => ({
    cookie: `ak_user_session=${user.token}; ak_logged_in=true`,
  });
  const ask = (path: string, { headers, ...rest }: Sent, who = bearer(stranger)): Promise<Reply> =>
    send(world.url, path, { ...rest, headers: { ...who, ...headers } });
  /** Follows a redirect to the plain path, as a browser does: with the same method and body. */
  const follow = async (path: string, sent: Sent, who = bearer(stranger)): Promise<Reply> => {
    const reply = await ask(path, sent, who);
    const { location = '' } = reply.headers;
    return reply.status === 307 ? await ask(location, sent, who) : reply;
  };
  const stored = async (): Promise<string | undefined> => (await world.stored(cid))['auth_type'];

  describe('A save by somebody else', () => {
    const spellings = [
      '/slack/save',
      '/slack/%73ave',
      '/%73lack/save',
      '//slack/save',
      '/slack/./save',
      '/slack/x/../save',
    ];

    it.each(spellings.flatMap((path) => ['GET', 'HEAD', 'POST', 'PUT'].map((method) => [method, path])))(
      'Another person changes no connection by %s %s',
      async (method, path) => {
        for (const authType of ['none', ...OAUTH]) {
          const query = new URLSearchParams({ cid, origin: 'cli', auth_type: authType }).toString();
          const reply = await follow(`${path}?${query}`, { method, headers: FORM });
          expect([authType, reply.status]).toEqual([authType, method === 'PUT' ? 405 : 404]);
          expect(await stored()).toBe('socketMode');
        }
      },
    );

    it.each(spellings)(
      'Another person changes no connection by asking for a WebSocket at %s',
      async (path) => {
        const reply = await follow(`${path}?cid=${cid}&origin=cli&auth_type=none`, { headers: UPGRADE });
        expect(reply.status).toBe(404);
        expect(await stored()).toBe('socketMode');
      },
    );

    it.each(['http://h/slack/save', 'http://h/slack/%73ave', 'ftp://h/slack/save'])(
      'Another person changes no connection through the whole URL %s, upgraded or not',
      async (target) => {
        for (const upgrade of [[], ['Connection: Upgrade', 'Upgrade: websocket']]) {
          const socket = connect(Number(new URL(world.url).port), '127.0.0.1');
          const head = [`GET ${target}?cid=${cid}&auth_type=none HTTP/1.1`, 'Host: h', ...upgrade];
          socket.write([...head, `Authorization: Bearer ${stranger.token}`, '', ''].join('\r\n'));
          const [answer] = (await once(socket, 'data')) as [Buffer];
          socket.destroy();
          expect(answer.toString()).toMatch(/^HTTP\/1\.1 (307|400|404) /);
        }
        expect(await stored()).toBe('socketMode');
      },
    );

    it.each([
      ['a semicolon', '', 'auth_type=oauth;&auth_type=socketMode', FORM],
      ['a value in the query beside one in the body', 'auth_type=socketMode', 'auth_type=none', FORM],
      ['repeated parameters', '', 'auth_type=none&auth_type=socketMode', FORM],
      ['a malformed escape', '', 'auth_type=%zz&auth_type=none', FORM],
      ['a byte order mark', 'auth_type=none', '\uFEFFauth_type=socketMode', FORM],
      [
        'a type that begins alike',
        'auth_type=none',
        'auth_type=socketMode',
        { 'content-type': `${FORM['content-type']}X` },
      ],
      [
        'another charset',
        '',
        'auth_type=none',
        { 'content-type': `${FORM['content-type']}; charset=utf-16` },
      ],
      [
        'a type that contradicts itself',
        'auth_type=none',
        '',
        { 'content-type': `${FORM['content-type']}; a=1; a=2` },
      ],
      ['a multipart form', 'auth_type=none', '--B--', MULTIPART],
      ['a long form', '', `auth_type=none&x=${'x'.repeat(70_000)}`, FORM],
    ])('Nobody gets a save through with %s', async (_what, query, body, headers) => {
      // Not even the owner gets these through.
      for (const user of [stranger, owner]) {
        const path = `/slack/save?cid=${cid}&origin=cli&${query}`;
        const reply = await ask(path, { method: 'POST', headers, body }, bearer(user));
        expect([400, 413]).toContain(reply.status);
        expect(reply.body.toString()).toMatch(
          /^(unexpected content type|request (parsing|too)|the parameter)/,
        );
        expect(await stored()).toBe('socketMode');
      }
    });

    it('Nobody gets a save through by a GET with a multipart body, which the server reads', async () => {
      const body = '--B\r\nContent-Disposition: form-data; name="auth_type"\r\n\r\nnone\r\n--B--\r\n';
      const headers = { ...MULTIPART, 'content-length': String(body.length) };
      const reply = await ask(`/slack/save?cid=${cid}`, { headers, body }, bearer(owner));
      expect(reply.status).toBe(400);
      expect(await stored()).toBe('socketMode');
    });
  });

  describe('A save by another site with the cookies of the owner', () => {
    const site = { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' };
    const image = { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'no-cors', 'sec-fetch-dest': 'image' };

    it.each([
      ['an image', 'GET', image],
      ['an image from another port', 'GET', { ...image, 'sec-fetch-site': 'same-site' }],
      ['an image in an old browser', 'GET', {}],
      ['an image, by HEAD', 'HEAD', image],
      ['a form', 'POST', { ...FORM, ...site }],
      ['a form in an old browser', 'POST', { ...FORM, origin: 'https://evil.example' }],
      ['a form with a browser’s own credential', 'POST', { ...FORM, ...site, authorization: 'Basic cDpw' }],
      ['a WebSocket', 'GET', { ...UPGRADE, ...site }],
      ['a link', 'GET', { ...image, 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'document' }],
    ])(
      'Another site ends no connection of a person who is logged in by %s',
      async (_what, method, headers) => {
        for (const path of ['/slack/save', '/slack/%73ave']) {
          const query = new URLSearchParams({ cid, origin: 'cli', auth_type: 'none' }).toString();
          const reply = await follow(`${path}?${query}`, { method, headers }, cookies(owner));
          expect(reply.status).toBe(403);
          expect(await stored()).toBe('socketMode');
        }
      },
    );

    it.each(['GET', 'HEAD'])(
      'Another site stores nothing by %s of the address with which set-ups end, and its window is asked first',
      async (method) => {
        const path = storing(cid, 'forged');
        for (const headers of [site, image]) {
          expect((await follow(path, { method, headers }, cookies(owner))).status).toBe(403);
          expect(await stored()).toBe('socketMode');
        }
        const window = { ...image, 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'document' };
        expect((await follow(path, { method, headers: window }, cookies(owner))).status).toBe(200);
        expect(await stored()).toBe('socketMode');
        // The button of the page.
        const pressed = { method: 'POST', headers: { 'sec-fetch-site': 'same-origin' } };
        const reply = await ask(path, pressed, cookies(owner));
        expect([reply.status, reply.headers.location]).toEqual([302, `/connections/${cid}/success`]);
        expect(await stored()).toBe('forged');
      },
    );

    it.each(['test', 'refresh'])('Another site has no %s done', async (question) => {
      for (const path of [`/connections/${cid}/${question}`, `/connections//${cid}/${question}`]) {
        const sent = { method: 'POST', headers: site };
        const reply = await follow(path, sent, cookies(owner));
        expect([reply.status, reply.body.toString()]).toEqual([
          403,
          'this request was sent by another site\n',
        ]);
      }
      const own = await ask(`/connections/${cid}/${question}`, { method: 'POST' }, cookies(owner));
      expect(own.status).toBe(200);
    });
  });

  it.each(OAUTH)('The owner begins %s by GET and by POST', async (authType) => {
    const secrets = { client_id: 'id', client_secret: 'secret', signing_secret: 'signing' };
    const form = new URLSearchParams({ cid, origin: 'web', auth_type: authType, ...secrets }).toString();
    const own = { ...FORM, 'sec-fetch-site': 'same-origin', origin: world.url };
    const replies = [
      await ask(`/slack/save?${form}`, {}, bearer(owner)),
      await ask('/slack/save', { method: 'POST', headers: FORM, body: form }, bearer(owner)),
      await ask('/slack/save', { method: 'POST', headers: own, body: form }, cookies(owner)),
    ];
    for (const reply of replies) {
      expect([reply.status, reply.headers.location]).toEqual([
        302,
        `/oauth/start/slack?cid=${cid}&origin=web`,
      ]);
    }
    expect(await stored()).toBe(authType);
  });

  it('The owner is told of an unknown type in the server’s words', async () => {
    const body = new URLSearchParams({ cid, origin: 'web', auth_type: 'none' }).toString();
    const reply = await ask('/slack/save', { method: 'POST', headers: FORM, body }, bearer(owner));
    expect([reply.status, reply.body.toString()]).toEqual([400, 'unexpected auth type "none"\n']);
  });
});
