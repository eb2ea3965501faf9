import { once } from 'node:events';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { raw } from './raw.js';
import { send, startRig, type Reply, type Rig } from './rig.js';

let rig: Rig;
let served: { url: string; body: string; length: string | undefined }[];

beforeEach(async () => {
  served = [];
  rig = await startRig(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
    const body = Buffer.concat(chunks).toString('latin1');
    served.push({ url: request.url ?? '', body, length: request.headers['content-length'] });
    response.writeHead(302, { location: '/oauth' }).end('the server');
  });
});
afterEach(() => rig.stop());

const FORM = { 'content-type': 'application/x-www-form-urlencoded; charset=UTF-8' };

function save(
  query: string,
  body: string | Uint8Array,
  headers: Record<string, string> = FORM,
): Promise<Reply> {
  return send(rig.url, `/slack/save${query}`, { method: 'POST', headers, body });
}

describe('the set-up pages', () => {
  it('The set-up pages get requests as they came and answer with all their headers', async () => {
    const headers = { host: 'ak.example.com', cookie: 'ak_user_session=x', 'x-forwarded-proto': 'https' };
    const reply = await send(rig.url, '/slack/?cid=con_1&origin=cli', { headers });
    expect(reply.status).toBe(201);
    expect(reply.headers).toMatchObject({ 'x-page': 'yes', 'set-cookie': ['a=1', 'b=2'] });
    expect(reply.body.toString()).toBe('setup: ');
    const [request] = rig.setup;
    expect(request?.url).toBe('https://ak.example.com/slack/?cid=con_1&origin=cli');
    expect(request?.headers.get('cookie')).toBe('ak_user_session=x');
    const head = await send(rig.url, '/slack', { method: 'HEAD' });
    expect([head.status, head.body.length]).toEqual([201, 0]);
    expect(served).toEqual([]);
  });

  it('A failed set-up page is reported as failed, without the reason', async () => {
    const reply = await send(rig.url, '/slack/?break');
    expect([reply.status, reply.body.toString()]).toEqual([500, 'internal error\n']);
    expect(rig.logged).toHaveLength(1);
    const odd = await send(rig.url, '/slack/', { headers: { host: 'a b' } });
    expect(odd.status).toBe(400);
  });

  it('A workflow may post an answer of 256 KiB to an address that waits for one, and no longer one', async () => {
    rig.awaited.add('/slack/assets/answers/open');
    const post = (size: number): Promise<Reply> =>
      send(rig.url, '/slack/assets/answers/open?x=1', { method: 'POST', body: 'x'.repeat(size) });
    const reply = await post(256 * 1024);
    expect([reply.status, reply.body.length]).toEqual([201, 'setup: '.length + 256 * 1024]);
    expect((await post(256 * 1024 + 1)).status).toBe(413);
    expect(rig.setup).toHaveLength(1);
    expect(rig.refused).toEqual(['too_large']);
  });

  it.each([
    'POST /slack/assets/answers/gone',
    'POST /slack/assets/page.css',
    'PUT /slack/assets/answers/open',
    'GET /slack/assets/answers/open',
    'GET /slack/assets/page.css',
    'GET /slack/',
  ])('A page is answered without its body, which the client has not sent to its end: %s', async (line) => {
    rig.awaited.add('/slack/assets/answers/open');
    for (const framing of [
      'Content-Length: 300000\r\n\r\nx',
      'Transfer-Encoding: chunked\r\n\r\n1\r\nx\r\n',
    ]) {
      const answer = await raw(rig.gateway.port, `${line} HTTP/1.1\r\nHost: x\r\n${framing}`);
      expect(answer).toMatch(/^HTTP\/1\.1 201 [^]*Connection: close[^]*setup: /i);
      expect(await rig.setup.at(-1)?.text()).toBe('');
    }
  });
});

describe('A save through the gateway', () => {
  it.each([
    ['', 'auth_type=socketMode&bot_token=xoxb-1'],
    ['?cid=con_1&origin=web&auth_type=socket', 'bot_token=xoxb-1&app_token=xapp-1'],
    ['?auth_type=none', ''],
  ])('A save is decided by the pages: %s %s', async (query, body) => {
    const reply = await save(query, body);
    expect(reply.body.toString()).toBe(`setup: ${body}`);
    expect(served).toEqual([]);
  });

  it('A save is decided by the pages whatever its content type is', async () => {
    expect((await save('?auth_type=socket', '{}', { 'content-type': 'application/json' })).status).toBe(201);
    expect(rig.setup[0]?.headers.get('content-type')).toBe('application/json');
  });

  it("A save is the server's, byte for byte, where the pages say so", async () => {
    const [query, body] = ['?cid=con_1&x=%7e', 'auth_type=oauthDefault&origin=%63li'];
    const reply = await save(query, body);
    expect([reply.status, reply.headers.location, reply.body.toString()]).toEqual([
      302,
      '/oauth',
      'the server',
    ]);
    expect(served).toEqual([{ url: `/slack/save${query}`, body, length: String(body.length) }]);
    expect(rig.setup).toHaveLength(1);
    expect(rig.noticed).toEqual([undefined]);
  });

  it('A form is passed on with its length also when the client did not tell it', async () => {
    const reply = await save('', 'auth_type=oauth', { ...FORM, 'transfer-encoding': 'chunked' });
    expect(reply.status).toBe(302);
    expect(served[0]).toMatchObject({ body: 'auth_type=oauth', length: '15' });
  });

  it.each(['', '?auth_type=socket', '?auth_type=oauth'])(
    'A form has at most 16 kB, and a longer one never reaches the server: %s',
    async (query) => {
      const form = (size: number): string => 'auth_type=oauth&x='.padEnd(size, 'x');
      expect((await save(query, form(16_384))).status).toBe(302);
      const reply = await save(query, form(16_385));
      expect([reply.status, reply.body.toString()]).toEqual([413, 'request too large\n']);
      const chunked = { ...FORM, 'transfer-encoding': 'chunked' };
      expect((await save(query, form(70_000), chunked)).status).toBe(413);
      expect(served).toHaveLength(1);
    },
  );

  it.each(['PUT', 'PATCH', 'DELETE'])('A save is not done by %s', async (method) => {
    const reply = await send(rig.url, '/slack/save?auth_type=oauth', { method });
    expect([reply.status, reply.headers.allow]).toEqual([405, 'GET, HEAD, POST']);
    expect([served, rig.setup]).toEqual([[], []]);
  });

  it('A save by GET has no body, which the server may read and the pages cannot', async () => {
    const headers = { 'content-type': 'multipart/form-data; boundary=B', 'content-length': '3' };
    const reply = await send(rig.url, '/slack/save', { method: 'GET', headers, body: 'abc' });
    expect([reply.status, reply.body.toString()]).toEqual([
      400,
      'a GET request to this address must not have a body\n',
    ]);
    expect([served, rig.setup]).toEqual([[], []]);
  });

  it.each(['/slack/save?cid=x#&auth_type=oauth', '/slack/save?auth_type=oauth\u00e9'])(
    'An address that the pages and the server read differently is refused: %s',
    async (path) => {
      const reply = await ask(path);
      expect([reply.split('\r\n')[0], served, rig.setup]).toEqual(['HTTP/1.1 400 Bad Request', [], []]);
    },
  );
});

/** The answer to a request whose target no client library would send. */
async function ask(target: string, headers: Readonly<Record<string, string>> = {}): Promise<string> {
  const socket = connect(Number(new URL(rig.url).port), '127.0.0.1');
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}`);
  socket.write(
    ['GET ' + target + ' HTTP/1.1', 'Host: h', 'Connection: close', ...lines, '', ''].join('\r\n'),
    'latin1',
  );
  return text(socket);
}

describe('another spelling of a path of ours', () => {
  it.each(['GET', 'POST', 'PUT'])(
    'Another spelling is redirected before anything reaches the server: %s',
    async (method) => {
      const reply = await send(rig.url, '/slack/%73ave?auth_type=oauth', {
        method,
        body: 'x'.repeat(100_000),
      });
      expect([reply.status, reply.headers.location]).toEqual([307, '/slack/save?auth_type=oauth']);
      expect([served, rig.setup]).toEqual([[], []]);
    },
  );

  it('Another spelling is redirected in a whole URL too', async () => {
    expect(await ask('http://h/slack/%73ave')).toContain('location: /slack/save\r\n');
    expect(await ask('http://h/slack/x/%2e%2e/save?auth_type=none')).toContain('setup: ');
    expect(served).toEqual([]);
  });
});

describe('a path of ours, asked for with an upgrade to a WebSocket', () => {
  const upgrade = { connection: 'Upgrade', upgrade: 'websocket', 'sec-websocket-version': '13' };

  it.each(['/slack/save?auth_type=none', '/slack/', '/slack/assets/page.css'])(
    'A path of the program is answered as if no upgrade were asked for: %s',
    async (path) => {
      const reply = await send(rig.url, path, { headers: upgrade });
      expect([reply.status, reply.body.toString()]).toEqual([201, 'setup: ']);
      expect(rig.setup).toHaveLength(1);
      expect(served).toEqual([]);
    },
  );

  it.each(['Host: x\r\nHost: y', 'Host: user:password@x', 'Host: a b'])(
    'An upgrade of any path is refused when the head can be read in two ways: %j',
    async (hosts) => {
      const wish = 'Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13';
      const answer = await raw(rig.gateway.port, `GET /ws HTTP/1.1\r\n${hosts}\r\n${wish}\r\n\r\n`);
      expect(answer).toMatch(/^HTTP\/1\.1 400 /);
      expect(served).toEqual([]);
      expect(rig.refused).toEqual(['malformed']);
      expect(rig.logged).toEqual([]);
    },
  );

  it('An upgrade of another spelling is redirected', async () => {
    const reply = await send(rig.url, '/slack/%73ave?auth_type=none', { headers: upgrade });
    expect([reply.status, reply.headers.location]).toEqual([307, '/slack/save?auth_type=none']);
    expect(served).toEqual([]);
  });

  it.each(['http://h/slack/save', 'ftp://h/slack/save', 'ws://h/slack/save'])(
    'An upgrade of a whole URL does not reach the server: %s',
    async (target) => {
      const headers = { Connection: 'Upgrade', Upgrade: 'websocket', 'Sec-WebSocket-Version': '13' };
      const socket = connect(Number(new URL(rig.url).port), '127.0.0.1');
      const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}`);
      socket.write([`GET ${target} HTTP/1.1`, 'Host: h', ...lines, '', ''].join('\r\n'));
      const [answer] = (await once(socket, 'data')) as [Buffer];
      socket.destroy();
      expect(answer.toString()).toMatch(/^HTTP\/1\.1 (201|400) /);
      expect(served).toEqual([]);
    },
  );
});

describe('a status that another site makes the browser ask for', () => {
  it.each(['test', 'refresh'])(
    'A status that another site asks for is refused before the server is asked: %s',
    async (question) => {
      const path = `/connections/con_00000000000000000000000001/${question}`;
      const reply = await send(rig.url, path, {
        method: 'POST',
        headers: { origin: 'https://evil.example' },
      });
      expect([reply.status, reply.body.toString()]).toEqual([403, 'this request was sent by another site\n']);
      expect(served).toEqual([]);
      await send(rig.url, path, { method: 'POST' });
      expect(served).toHaveLength(1);
    },
  );
});
