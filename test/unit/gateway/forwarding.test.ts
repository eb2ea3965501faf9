import { randomBytes } from 'node:crypto';
import { createServer, request as httpRequest, type IncomingMessage } from 'node:http';
import { connect, type AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { eventually } from '../../helpers/eventually.js';
import { startHttp } from '../autokitteh/connect-upstream.js';
import { raw } from './raw.js';
import { bodyOf, send, startRig, type Rig } from './rig.js';

let rig: Rig;
afterEach(() => rig.stop());

describe('The forwarder', () => {
  it('The gateway forwards every byte both ways, and headers that come several times', async () => {
    const seen: { method: string; url: string; body: Buffer }[] = [];
    const answer = randomBytes(3_000_000);
    rig = await startRig(async (request, response) => {
      const { method = '', url = '' } = request;
      seen.push({ method, url, body: await bodyOf(request) });
      response.writeHead(207, { 'set-cookie': ['a=1', 'b=2'], location: 'http://elsewhere/x', etag: '"1"' });
      response.end(answer);
    });
    const body = randomBytes(2_000_000);
    for (const path of ['/x?a=%20b&c', '//slack', '/slack/../x', '/a%2Fb/%e4', '/slack/event']) {
      const reply = await send(rig.url, path, { method: 'PUT', body });
      expect(reply.status).toBe(207);
      expect(reply.headers).toMatchObject({ 'set-cookie': ['a=1', 'b=2'], location: 'http://elsewhere/x' });
      expect(reply.body.equals(answer)).toBe(true);
      expect(seen.at(-1)).toMatchObject({ method: 'PUT', url: path });
      expect(seen.at(-1)?.body.equals(body)).toBe(true);
    }
    expect(rig.setup).toHaveLength(0);
  });

  it('The gateway keeps the cookie of a session on /ops/ from the server, and leaves all others as they are', async () => {
    const seen: (string | undefined)[] = [];
    rig = await startRig((request, response) => {
      seen.push(request.headers.cookie);
      response.end();
    });
    const cookies = [
      'ak_user_session=a;  b="c; d"; e',
      'ak_slack_ops=secret',
      'ak_slack_ops=secret; a=1',
      'a=1; ak_slack_ops=secret;b=2',
      'x=ak_slack_ops; ak_slack_opsy=3',
    ];
    for (const cookie of cookies) await send(rig.url, '/ops/x', { headers: { cookie } });
    expect(seen).toEqual([cookies[0], undefined, 'a=1', 'a=1;b=2', cookies[4]]);
  });

  it('The gateway tells what became of each request, with its status and by one of few routes', async () => {
    rig = await startRig((request, response) => {
      response.writeHead(request.url === '/teapot' ? 418 : 200).end();
    });
    await send(rig.url, '/teapot');
    await send(rig.url, '/slack/');
    await send(rig.url, '//slack/');
    await eventually(() => rig.answers.length === 3, 'three answers');
    expect(rig.answers.map(({ route, status }) => [route, status])).toEqual([
      ['forward', 418],
      ['setup', 201],
      ['redirect', 307],
    ]);
    expect(rig.answers.every(({ ms }) => ms >= 0)).toBe(true);
  });

  it('The gateway forwards trailers, as AutoKitteh sends with every answer', async () => {
    rig = await startRig((_request, response) => {
      response.writeHead(200, { trailer: 'AutoKitteh-Duration' });
      response.write('hello');
      response.addTrailers({ 'AutoKitteh-Duration': '1ms' });
      response.end();
    });
    const reply = await send(rig.url, '/x');
    expect(reply.body.toString()).toBe('hello');
    expect(reply.trailers).toEqual({ 'autokitteh-duration': '1ms' });
  });

  // Go announces the trailer whether or not the answer can have one; Node ends the process over it.
  it.each([
    ['of known length', 'GET', '200 OK', 'Content-Length: 6', '<svg/>'],
    ['to HEAD', 'HEAD', '200 OK', 'Content-Type: text/plain', ''],
    ['to HEAD of known length', 'HEAD', '200 OK', 'Content-Length: 6', ''],
    ['without a body', 'GET', '204 No Content', 'Vary: Origin', ''],
    ['that nothing has changed', 'GET', '304 Not Modified', 'ETag: "1"', ''],
    ['without a body, chunked nevertheless', 'GET', '304 Not Modified', 'Transfer-Encoding: chunked', ''],
  ])(
    'The gateway takes no announced trailer for a real one in an answer %s',
    async (_, method, status, header, body) => {
      rig = await startRig(({ socket }) => {
        socket.end(
          `HTTP/1.1 ${status}\r\nTrailer: AutoKitteh-Duration\r\n${header}\r\nConnection: close\r\n\r\n${body}`,
        );
      });
      for (const path of [
        '/static/images/slack.svg',
        '/autokitteh.integrations.v1.IntegrationsService/Get',
      ]) {
        const reply = await send(rig.url, path, { method, headers: { 'content-type': 'application/json' } });
        expect(reply.status).toBe(Number(status.slice(0, 3)));
        expect(reply.headers).not.toHaveProperty('trailer');
        expect(reply.body.toString()).toBe(body);
      }
    },
  );

  it('The gateway answers a client of HTTP/1.0 in one piece, without trailers', async () => {
    rig = await startRig((_request, response) => {
      response.writeHead(200, { trailer: 'AutoKitteh-Duration', 'transfer-encoding': 'chunked' });
      response.addTrailers({ 'AutoKitteh-Duration': '1ms' });
      response.end('hello');
    });
    const socket = connect(Number(new URL(rig.url).port), '127.0.0.1');
    socket.write('GET /x HTTP/1.0\r\n\r\n');
    let received = '';
    for await (const chunk of socket as AsyncIterable<Buffer>) received += chunk.toString();
    expect(received).toMatch(/^HTTP\/1\.1 200 OK\r\n[^]*\r\n\r\nhello$/);
    expect(received).not.toMatch(/trailer|AutoKitteh-Duration/i);
  });

  it('The gateway streams: bytes of one side arrive before it has finished', async () => {
    rig = await startRig((request, response) => {
      request.pipe(response);
    });
    const { hostname, port } = new URL(rig.url);
    const request = httpRequest({ hostname, port, path: '/echo', method: 'POST', agent: false });
    request.write('one');
    const response = await new Promise<IncomingMessage>((resolve) => request.once('response', resolve));
    const next = (): Promise<string> =>
      new Promise((resolve) => response.once('data', (chunk: Buffer) => resolve(chunk.toString())));
    expect(await next()).toBe('one');
    const second = next();
    request.write('two');
    expect(await second).toBe('two');
    const ended = new Promise((resolve) => response.once('end', resolve));
    request.end();
    await ended;
  });

  it('The gateway keeps headers of one hop to itself and says for whom it asks', async () => {
    rig = await startRig((request, response) => {
      response.writeHead(200, { connection: 'x-mine', 'x-mine': 'secret', 'keep-alive': 'timeout=1' });
      response.end(JSON.stringify(request.headers));
    });
    const reply = await send(rig.url, '/x', {
      headers: {
        host: 'ak.example.com',
        connection: 'keep-alive, X-Drop, Host, Content-Length',
        'x-drop': 'me',
        'proxy-authorization': 'Basic x',
        'x-forwarded-for': '203.0.113.7',
        'x-forwarded-proto': 'https',
      },
    });
    const seen = JSON.parse(reply.body.toString()) as Record<string, string>;
    expect(seen).toMatchObject({
      host: 'ak.example.com',
      connection: 'keep-alive',
      'x-forwarded-for': '203.0.113.7, 127.0.0.1',
      'x-forwarded-proto': 'https',
      'x-forwarded-host': 'ak.example.com',
      'x-forwarded-port': String(rig.gateway.port),
    });
    expect(seen).not.toHaveProperty('x-drop');
    expect(seen).not.toHaveProperty('proxy-authorization');
    expect(reply.headers).not.toHaveProperty('x-mine');
  });

  it("The gateway understands a request that names the whole URL, by the URL's host", async () => {
    rig = await startRig((request, response) => {
      response.end(`${request.headers.host ?? ''} ${request.url ?? ''}`);
    });
    const reply = await send(rig.url, 'http://ak.example.com/x?y', { headers: { host: 'other' } });
    expect(reply.body.toString()).toBe('ak.example.com /x?y');
    expect((await send(rig.url, 'http://ak.example.com/slack')).status).toBe(201);
    expect((await send(rig.url, '*', { method: 'OPTIONS' })).status).toBe(400);
    expect((await send(rig.url, 'ftp://x/y')).status).toBe(400);
  });

  it.each([
    ['two lengths', 'POST /x HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nContent-Length: 5\r\n\r\nabcde'],
    [
      'a length and chunks',
      'POST /x HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
    ],
    [
      'a space before the colon',
      'POST /x HTTP/1.1\r\nHost: x\r\nTransfer-Encoding : chunked\r\n\r\n0\r\n\r\n',
    ],
    ['no host', 'GET /x HTTP/1.1\r\n\r\n'],
    ['a bare line feed in a header', 'GET /x HTTP/1.1\r\nHost: x\r\nA: b\nGET /y HTTP/1.1\r\n\r\n'],
    ['endless headers', `GET /x HTTP/1.1\r\nHost: x\r\nA: ${'a'.repeat(80_000)}\r\n\r\n`],
  ])('The gateway refuses a request that two parsers could read in two ways: %s', async (_name, text) => {
    const arrived: string[] = [];
    rig = await startRig((request, response) => {
      arrived.push(request.url ?? '');
      response.end();
    });
    const answer = await raw(rig.gateway.port, text);
    expect(answer).toMatch(/^HTTP\/1\.1 4(00|31)/);
    expect(arrived).toEqual([]);
  });
});
describe('the server away', () => {
  it("The gateway says in a sentence that the server is away, in the client's format, and recovers by itself", async () => {
    const server = createServer((_request, response) => response.end('here'));
    rig = await startRig(await startHttp(server));
    const { port } = server.address() as AddressInfo;
    expect((await send(rig.url, '/x')).body.toString()).toBe('here');
    await rig.upstream.stop();
    const page = await send(rig.url, '/x');
    expect(page.status).toBe(502);
    expect(page.body.toString()).toBe(
      'The AutoKitteh server cannot be reached (ECONNREFUSED). Try again in a moment.\n',
    );
    for (const [path, type] of [
      ['/autokitteh.connections.v1.ConnectionsService/List', 'application/json'],
      ['/autokitteh.connections.v1.ConnectionsService/Test', 'application/proto'],
      ['/autokitteh.integrations.v1.IntegrationsService/List', 'application/json; charset=utf-8'],
      ['/autokitteh.vars.v1.VarsService/Set', 'application/proto'],
    ] as const) {
      const rpc = await send(rig.url, path, {
        method: 'POST',
        headers: { 'content-type': type },
        body: '{}',
      });
      expect([rpc.status, rpc.headers['content-type']]).toEqual([502, 'application/json']);
      expect(JSON.parse(rpc.body.toString())).toMatchObject({ code: 'unavailable' });
    }
    const form = { 'content-type': 'application/x-www-form-urlencoded', origin: 'https://web.example' };
    const saved = await send(rig.url, '/slack/save', {
      method: 'POST',
      headers: form,
      body: 'auth_type=oauth',
    });
    expect([saved.status, saved.headers['access-control-allow-origin']]).toEqual([502, '*']);
    expect((await send(rig.url, '/slack/')).status).toBe(201);
    expect(rig.noticed).toEqual([]);
    await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
    expect((await send(rig.url, '/x')).body.toString()).toBe('here');
  });

  it('A server that goes away during an answer ends the answer, so that half of it is not taken for the whole', async () => {
    rig = await startRig((_request, response) => {
      response.writeHead(200, { 'content-length': '10' });
      response.write('half', () => response.destroy());
    });
    await expect(send(rig.url, '/x')).rejects.toThrow(/aborted|hang up/);
    const list = send(rig.url, '/autokitteh.integrations.v1.IntegrationsService/List', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{}',
    });
    expect(await list).toMatchObject({ status: 502, headers: { 'content-type': 'application/json' } });
  });

  it('A request to the server does not outlive a client that goes away first', async () => {
    let gone: () => void = () => undefined;
    const left = new Promise<void>((resolve) => (gone = resolve));
    let arrived: () => void = () => undefined;
    const here = new Promise<void>((resolve) => (arrived = resolve));
    rig = await startRig((_request, response) => {
      response.once('close', gone);
      arrived();
    });
    const socket = connect(rig.gateway.port, '127.0.0.1');
    socket.write(
      'POST /autokitteh.integrations.v1.IntegrationsService/List HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}',
    );
    await here;
    socket.destroy();
    await left;
    await rig.gateway.stop(2000);
    expect(rig.logged).toEqual([]);
  });
});

it('The gateway stops after requests that are under way, and cuts off those that do not end', async () => {
  const answers: (() => void)[] = [];
  let arrived: () => void = () => undefined;
  rig = await startRig((_request, response) => {
    answers.push(() => response.end('late'));
    arrived();
  });
  const here = new Promise<void>((resolve) => (arrived = resolve));
  const under = fetch(`${rig.url}/x`).then((response) => response.text());
  await here;
  const stopped = rig.gateway.stop(60_000);
  await expect(send(rig.url, '/y')).rejects.toThrow();
  answers[0]?.();
  expect(await under).toBe('late');
  await stopped;
});
