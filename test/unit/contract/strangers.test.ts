import {
  connect as http2Connect,
  constants,
  type ClientHttp2Session,
  type IncomingHttpHeaders,
} from 'node:http2';
import { connect, type Socket } from 'node:net';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Credential } from '../../../src/core/credential.js';
import { startContractServer } from '../../../src/contract/server.js';
import type { DualServer } from '../../../src/http/dual-server.js';
import { Readiness } from '../../../src/core/readiness.js';
import { PORT_LIMITS } from '../../../src/http/limits.js';
import type { RefusalReason } from '../../../src/http/refusals.js';
import { eventually } from '../../helpers/eventually.js';
import { HandClock } from '../../helpers/hand-clock.js';
import { raw } from '../gateway/raw.js';
import { CONNECTION, SLACK, stubContract } from './stubs.js';

const TOKEN = 'a-credential-of-the-plugin';
const SERVICE = '/autokitteh.integrations.v1.IntegrationsService';
const AUTHORIZED = { authorization: `Bearer ${TOKEN}` };
const MIB = 1024 * 1024;

let server: DualServer;
let clock: HandClock;
let refused: RefusalReason[];
let logged: unknown[];
let pages: number;
let sessions: ClientHttp2Session[];

async function start(connections = 64): Promise<void> {
  clock = new HandClock();
  refused = [];
  logged = [];
  sessions = [];
  pages = 0;
  const readiness = new Readiness({ clock: new HandClock(), limitMs: 60_000, missing: () => undefined });
  readiness.opened();
  const log = (line: unknown): unknown => logged.push(line);
  server = await startContractServer({
    ...stubContract(),
    listen: { host: '127.0.0.1', port: 0 },
    credential: new Credential(TOKEN),
    readiness,
    fallback: (request, response) => {
      pages += 1;
      request.resume().once('end', () => response.writeHead(200).end('a page'));
    },
    connections,
    refused: (why) => refused.push(why),
    clock,
    log: { error: log, warn: log },
  });
}

beforeEach(() => start());

afterEach(async () => {
  for (const session of sessions) session.destroy();
  const stopped = server.stop(0);
  await clock.advance(1);
  await stopped;
  expect(logged).toEqual([]);
});

const url = (path: string): string => `http://127.0.0.1:${server.port}${path}`;

interface Answer {
  readonly status: number;
  /** Of the headers and the trailers. */
  readonly grpcStatus: string | undefined;
  readonly body: string;
}

/** Sends a head, and a body that does not end unless `whole`, over HTTP/2. */
function over2(
  path: string,
  headers: Record<string, string>,
  body?: Buffer | string,
  whole = false,
): Promise<Answer> {
  const session = http2Connect(url(''));
  sessions.push(session);
  session.on('error', () => undefined);
  return stream(session, path, headers, body, whole);
}

function stream(
  session: ClientHttp2Session,
  path: string,
  headers: Record<string, string>,
  body?: Buffer | string,
  whole = false,
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const sent = session.request({ ':method': 'POST', ':path': path, ...headers }, { endStream: false });
    if (body !== undefined) sent.write(body);
    if (whole) sent.end();
    let status = 0;
    let grpcStatus: string | undefined;
    let all = '';
    sent.on('response', (got) => {
      status = got[':status'] ?? 0;
      grpcStatus = got['grpc-status']?.toString();
    });
    sent.on('trailers', (got: IncomingHttpHeaders) => (grpcStatus = got['grpc-status']?.toString()));
    sent.setEncoding('latin1').on('data', (chunk: string) => (all += chunk));
    sent.once('error', reject).once('close', () => {
      if (sent.rstCode === constants.NGHTTP2_NO_ERROR) resolve({ status, grpcStatus, body: all });
      else reject(new Error(`the stream was reset with ${sent.rstCode}`));
    });
  });
}

function head(path: string, headers: Record<string, string>): string {
  const lines = Object.entries({ Host: 'x', ...headers }).map(([name, value]) => `${name}: ${value}\r\n`);
  return `POST ${path} HTTP/1.1\r\n${lines.join('')}\r\n`;
}

describe('A caller without the credential', () => {
  it.each([
    ['Connect', { 'Content-Type': 'application/proto' }, /^HTTP\/1\.1 401 [^]*"code":"unauthenticated"/],
    ['Connect with JSON', { 'Content-Type': 'application/json' }, /^HTTP\/1\.1 401 [^]*"unauthenticated"/],
    ['gRPC-Web', { 'Content-Type': 'application/grpc-web+proto' }, /^HTTP\/1\.1 200 [^]*grpc-status: 16/],
    ['gRPC', { 'Content-Type': 'application/grpc+proto' }, /^HTTP\/1\.1 200 [^]*grpc-status: 16/],
  ])(
    'A caller without the credential is refused over HTTP/1.1 before the body is sent: %s',
    async (_name, type, answer) => {
      const headers = { ...type, 'Content-Length': '1000000', Expect: '100-continue' };
      expect(await raw(server.port, head(`${SERVICE}/Call`, headers))).toMatch(answer);
      expect(
        await raw(server.port, `${head(`${SERVICE}/Call`, { ...type, 'Content-Length': '99' })}x`),
      ).toMatch(answer);
      expect(refused).toEqual(['unauthenticated', 'unauthenticated']);
    },
  );

  it.each([
    ['application/proto', { status: 401, body: expect.stringContaining('"unauthenticated"') as string }],
    ['application/grpc+proto', { status: 200, grpcStatus: '16' }],
    [
      'application/grpc-web+proto',
      { status: 200, body: expect.stringContaining('grpc-status: 16') as string },
    ],
  ])(
    'A caller without the credential is refused over HTTP/2 before the body has ended: %s',
    async (type, answer) => {
      expect(await over2(`${SERVICE}/Call`, { 'content-type': type }, 'x')).toMatchObject(answer);
      expect(await over2(`${SERVICE}/Call`, { 'content-type': type })).toMatchObject(answer);
    },
  );

  it('A body that cannot be unpacked is no complaint to a caller without the credential', async () => {
    for (const encoding of ['gzip', 'zstd']) {
      const headers = { 'content-type': 'application/proto', 'content-encoding': encoding };
      const answer = await fetch(url(`${SERVICE}/Call`), { method: 'POST', headers, body: 'no gzip' });
      expect(answer.status).toBe(401);
    }
  });

  it('A connection goes on after a refusal whose request has come whole', async () => {
    const call = head(`${SERVICE}/List`, { 'Content-Type': 'application/json', 'Content-Length': '2' });
    const answer = await raw(server.port, `${call}{}GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`);
    expect(answer).toMatch(/^HTTP\/1\.1 401 [^]*HTTP\/1\.1 200 [^]*a page/);
  });
});

describe('A message', () => {
  const post = (method: string, headers: Record<string, string>, body: Buffer): Promise<Response> =>
    fetch(url(`${SERVICE}/${method}`), {
      method: 'POST',
      headers: { 'content-type': 'application/proto', ...AUTHORIZED, ...headers },
      body: new Uint8Array(body),
    });

  it('A message has at most the size of its method, packed or not', async () => {
    const limits = { Call: PORT_LIMITS.callBytes, List: PORT_LIMITS.questionBytes };
    for (const [method, limit] of Object.entries(limits)) {
      // Field 1, a string, whose bytes all the rest are.
      const tooLong = Buffer.alloc(limit + 1);
      expect((await post(method, {}, tooLong)).status, method).toBe(429);
      const packed = await post(method, { 'content-encoding': 'gzip' }, gzipSync(tooLong));
      expect(packed.status, method).toBe(429);
      const fitting = await post(method, { 'content-encoding': 'gzip' }, gzipSync(tooLong.subarray(1)));
      expect(fitting.status, method).not.toBe(429);
    }
    const health = gzipSync(Buffer.alloc(MIB));
    const answer = await fetch(url('/grpc.health.v1.Health/Check'), {
      method: 'POST',
      headers: { 'content-type': 'application/proto', 'content-encoding': 'gzip' },
      body: new Uint8Array(health),
    });
    expect(answer.status).toBe(429);
  });

  it('A call with more values than are decoded at once is refused before it is decoded, in each format', async () => {
    const most = PORT_LIMITS.messageFields;
    // Field 4, empty arguments; then what no message may hold, which would be noticed if all were looked at.
    const binary = Buffer.concat([Buffer.alloc(2 * most + 2, Buffer.from([0x22, 0])), Buffer.alloc(MIB)]);
    const json = Buffer.from(`{"args":[${'{"nothing":{}},'.repeat(most)}`);
    const prefix = Buffer.alloc(5);
    prefix.writeUInt32BE(binary.length, 1);
    const packedPrefix = Buffer.from(prefix);
    packedPrefix.writeUInt8(1);
    packedPrefix.writeUInt32BE(gzipSync(binary).length, 1);
    const requests: [type: string, headers: Record<string, string>, body: Buffer][] = [
      ['application/proto', {}, binary],
      ['application/proto', { 'content-encoding': 'gzip' }, gzipSync(binary)],
      ['application/json', {}, json],
      ['application/grpc-web+proto', {}, Buffer.concat([prefix, binary])],
      [
        'application/grpc-web+proto',
        { 'grpc-encoding': 'gzip' },
        Buffer.concat([packedPrefix, gzipSync(binary)]),
      ],
    ];
    for (const [type, headers, body] of requests) {
      const answer = await post('Call', { 'content-type': type, ...headers }, body);
      expect(await answer.text(), type).toContain(
        `more than ${most} fields`.replaceAll(' ', type.includes('grpc') ? '%20' : ' '),
      );
    }
  });

  it('A long text is one value, whatever it holds', async () => {
    const text = `${'"[{,'.repeat(PORT_LIMITS.messageFields)}\\`;
    const value = { function: { executorId: SLACK, name: 'echo', data: btoa(CONNECTION) } };
    const body = JSON.stringify({ integrationId: SLACK, function: value, args: [{ string: { v: text } }] });
    const answer = await post('Call', { 'content-type': 'application/json' }, Buffer.from(body));
    expect(await answer.json()).toEqual({ value: { string: { v: text } } });
  });

  it('A message that cannot be read is the fault of its sender', async () => {
    const broken = [[0x0a, 0xff, 0xff, 0xff, 0xff, 0x0f], [0x0a, 1, 0xff], [0x0b], [0x07]];
    for (const bytes of broken.map((each) => Buffer.from(each))) {
      const answer = await post('List', {}, bytes);
      expect([answer.status, await answer.json()]).toMatchObject([400, { code: 'invalid_argument' }]);
    }
    const cut = await post('List', { 'content-encoding': 'gzip' }, gzipSync('x').subarray(0, 12));
    expect(cut.status).toBe(400);
    const grpc = await over2(
      '/grpc.health.v1.Health/Check',
      { 'content-type': 'application/grpc+proto' },
      Buffer.from([0, 0, 0, 0, 2, 0x0a, 9]),
      true,
    );
    expect(grpc).toMatchObject({ status: 200, grpcStatus: '3' });
  });

  it('A message is unpacked from gzip only', async () => {
    const answer = await post('List', { 'content-encoding': 'br' }, brotliCompressSync(Buffer.alloc(1)));
    expect(answer.status).toBe(501);
  });

  it('A message that grows too long while it comes is refused with a sentence', async () => {
    const headers = { 'Content-Type': 'application/proto', Authorization: `Bearer ${TOKEN}` };
    const chunk = `${(20_000).toString(16)}\r\n${'x'.repeat(20_000)}\r\n`;
    const answer = await raw(
      server.port,
      head(`${SERVICE}/List`, { ...headers, 'Transfer-Encoding': 'chunked' }) + chunk,
    );
    expect(answer).toMatch(/^HTTP\/1\.1 429 [^]*resource_exhausted/);
  });
});

describe('A request that nobody should send', () => {
  it.each([
    ['TRACE', 'TRACE / HTTP/1.1\r\nHost: x\r\n\r\n', 405],
    ['two hosts', 'GET / HTTP/1.1\r\nHost: x\r\nHost: y\r\n\r\n', 400],
    ['user information', 'GET / HTTP/1.1\r\nHost: a:b@x\r\n\r\n', 400],
    ['user information in the whole URL', 'GET http://u:p@x/slack/save HTTP/1.1\r\nHost: x\r\n\r\n', 400],
    ['user information after more slashes', 'GET http:///u:p@x/slack/save HTTP/1.1\r\nHost: x\r\n\r\n', 400],
    [
      'user information with an upgrade',
      `GET http://u:p@x/ HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n`,
      400,
    ],
    ['HTTP/0.9', 'GET /\r\n\r\n', 400],
    ['no host', `POST ${SERVICE}/List HTTP/1.0\r\nContent-Type: application/json\r\n\r\n`, 400],
    ['a host that is none', head(`${SERVICE}/List`, { Host: '%' }), 400],
  ])('A request that nobody should send is refused: %s', async (_name, text, status) => {
    expect(await raw(server.port, text)).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `));
    expect((await fetch(url('/'))).status).toBe(200);
  });

  it('Requests that nobody should send are refused over HTTP/2 too', async () => {
    expect((await over2('/', { ':method': 'TRACE' }, undefined, true)).status).toBe(405);
    expect((await over2('/', { ':method': 'TRACK' }, undefined, true)).status).toBe(405);
    expect(refused).toEqual(['malformed', 'malformed']);
    const userInfo = await over2('/', { host: 'a:b@x' }, undefined, true).then(
      ({ status }) => status,
      (error: unknown) => (error as NodeJS.ErrnoException).code,
    );
    // The HTTP/2 of Node 24 refuses such a host before this program sees it.
    expect([400, 'ERR_HTTP2_STREAM_ERROR']).toContain(userInfo);
    expect(refused).toHaveLength(userInfo === 400 ? 3 : 2);
  });
});

describe('A slow client', () => {
  it.each(['/slack/save', `${SERVICE}/Call`])(
    'A body for %s that stays half is answered with 408 over both protocols',
    async (path) => {
      const headers = { 'content-type': 'application/proto', ...AUTHORIZED };
      const first = raw(server.port, `${head(path, { ...headers, 'Content-Length': '20' })}half`);
      const second = over2(path, headers, 'half');
      // The timer of a new connection ends with its first bytes, and that of a request begins.
      await eventually(() => clock.pendingTimers === 2, 'both requests have begun');
      await clock.advance(PORT_LIMITS.bodyMs);
      expect(await first).toMatch(/^HTTP\/1\.1 408 [^]*Connection: close/);
      expect((await second).status).toBe(408);
      expect(refused).toEqual(['too_slow', 'too_slow']);
      expect(clock.pendingTimers).toBe(0);
    },
  );

  it('A client that waits for permission to send its body gets it', async () => {
    for (const path of ['/slack/save', `${SERVICE}/List`]) {
      const headers = {
        'Content-Type': 'application/json',
        Authorization: `Bearer ${TOKEN}`,
        Connection: 'close',
      };
      const socket = connect(server.port, '127.0.0.1');
      const all = allOf(socket);
      socket.once('data', () => socket.write('{}'));
      socket.write(head(path, { ...headers, 'Content-Length': '2', Expect: '100-continue' }));
      expect(await all).toMatch(/^HTTP\/1\.1 100 Continue\r\n\r\nHTTP\/1\.1 [24]00 /);
    }
  });
});

describe('Many connections', () => {
  it('A new connection takes the place of one that waits, over both protocols, and not of one that is answered', async () => {
    await stopAndStart(2);
    const waiting = http2Connect(url(''));
    sessions.push(waiting);
    const waitingGone = new Promise((resolve) => waiting.on('error', () => undefined).once('close', resolve));
    expect((await stream(waiting, '/', {}, undefined, true)).body).toBe('a page');
    const probe = http2Connect(url(''));
    sessions.push(probe);
    probe.on('error', () => undefined);
    const watch = probe.request({
      ':method': 'POST',
      ':path': '/grpc.health.v1.Health/Watch',
      'content-type': 'application/grpc',
    });
    watch.end(Buffer.alloc(5));
    const watchGone = new Promise((resolve) => watch.on('error', () => undefined).once('close', resolve));
    await new Promise((resolve) => watch.once('data', resolve));
    expect(await raw(server.port, 'GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n')).toContain(
      'a page',
    );
    await waitingGone;
    // Two that stay leave no room for a stream that anybody may open.
    const before = pages;
    const first = half();
    await eventually(() => pages === before + 1, 'the first has come');
    const calls = [first, half()];
    await watchGone;
    for (const call of calls) call.destroy();
    expect(refused.filter((why) => why !== 'too_many_connections')).toEqual([]);
  });

  it('A connection has at most so many streams of HTTP/2', async () => {
    const session = http2Connect(url(''));
    sessions.push(session);
    await new Promise((resolve) => session.once('remoteSettings', resolve));
    expect(session.remoteSettings.maxConcurrentStreams).toBe(PORT_LIMITS.http2Streams);
    expect(session.remoteSettings.maxHeaderListSize).toBe(PORT_LIMITS.headBytes);
  });
});

async function stopAndStart(connections: number): Promise<void> {
  await server.stop(0);
  await start(connections);
}

function half(): Socket {
  const socket = connect(server.port, '127.0.0.1').on('error', () => undefined);
  socket.write(head('/slack/save', { 'Content-Length': '20' }));
  return socket.resume();
}

function allOf(socket: Socket): Promise<string> {
  return new Promise((resolve, reject) => {
    let all = '';
    socket.setEncoding('latin1').on('data', (chunk: string) => (all += chunk));
    socket.once('close', () => resolve(all)).once('error', reject);
  });
}
