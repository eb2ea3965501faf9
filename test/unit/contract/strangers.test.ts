import { connect, type Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { PORT_LIMITS } from '../../../src/http/limits.js';
import { eventually } from '../../helpers/eventually.js';
import { raw } from '../gateway/raw.js';
import { allOf } from '../../helpers/raw-request.js';
import { AUTHORIZED, head, PortRig, SERVICE, stream } from './port-rig.js';

let rig: PortRig;

beforeEach(async () => {
  rig = await PortRig.start();
});

afterEach(() => rig.stop());

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
      expect(await raw(rig.port, head(`${SERVICE}/Call`, headers))).toMatch(answer);
      expect(await raw(rig.port, `${head(`${SERVICE}/Call`, { ...type, 'Content-Length': '99' })}x`)).toMatch(
        answer,
      );
      expect(rig.refused).toEqual(['unauthenticated', 'unauthenticated']);
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
      expect(await rig.over2(`${SERVICE}/Call`, { 'content-type': type }, 'x')).toMatchObject(answer);
      expect(await rig.over2(`${SERVICE}/Call`, { 'content-type': type })).toMatchObject(answer);
    },
  );

  it('A body that cannot be unpacked is no complaint to a caller without the credential', async () => {
    for (const encoding of ['gzip', 'zstd']) {
      const headers = { 'content-type': 'application/proto', 'content-encoding': encoding };
      const answer = await fetch(rig.url(`${SERVICE}/Call`), { method: 'POST', headers, body: 'no gzip' });
      expect(answer.status).toBe(401);
    }
  });

  it('A connection goes on after a refusal whose request has come whole', async () => {
    const call = head(`${SERVICE}/List`, { 'Content-Type': 'application/json', 'Content-Length': '2' });
    const answer = await raw(rig.port, `${call}{}GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`);
    expect(answer).toMatch(/^HTTP\/1\.1 401 [^]*HTTP\/1\.1 200 [^]*a page/);
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
    expect(await raw(rig.port, text)).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `));
    expect((await fetch(rig.url('/'))).status).toBe(200);
  });

  it('Requests that nobody should send are refused over HTTP/2 too', async () => {
    expect((await rig.over2('/', { ':method': 'TRACE' }, undefined, true)).status).toBe(405);
    expect((await rig.over2('/', { ':method': 'TRACK' }, undefined, true)).status).toBe(405);
    expect(rig.refused).toEqual(['malformed', 'malformed']);
    const userInfo = await rig.over2('/', { host: 'a:b@x' }, undefined, true).then(
      ({ status }) => status,
      (error: unknown) => (error as NodeJS.ErrnoException).code,
    );
    // The HTTP/2 of Node 24 refuses such a host before this program sees it.
    expect([400, 'ERR_HTTP2_STREAM_ERROR']).toContain(userInfo);
    expect(rig.refused).toHaveLength(userInfo === 400 ? 3 : 2);
  });
});

describe('A slow client', () => {
  it.each(['/slack/save', `${SERVICE}/Call`])(
    'A body for %s that stays half is answered with 408 over both protocols',
    async (path) => {
      const headers = { 'content-type': 'application/proto', ...AUTHORIZED };
      const first = raw(rig.port, `${head(path, { ...headers, 'Content-Length': '20' })}half`);
      const second = rig.over2(path, headers, 'half');
      // The timer of a new connection ends with its first bytes, and that of a request begins.
      await eventually(() => rig.clock.pendingTimers === 2, 'both requests have begun');
      await rig.clock.advance(PORT_LIMITS.bodyMs);
      expect(await first).toMatch(/^HTTP\/1\.1 408 [^]*Connection: close/);
      expect((await second).status).toBe(408);
      expect(rig.refused).toEqual(['too_slow', 'too_slow']);
      expect(rig.clock.pendingTimers).toBe(0);
    },
  );

  it('A client that waits for permission to send its body gets it', async () => {
    for (const path of ['/slack/save', `${SERVICE}/List`]) {
      const headers = {
        'Content-Type': 'application/json',
        Authorization: AUTHORIZED.authorization,
        Connection: 'close',
      };
      const socket = connect(rig.port, '127.0.0.1');
      const all = allOf(socket);
      socket.once('data', () => socket.write('{}'));
      socket.write(head(path, { ...headers, 'Content-Length': '2', Expect: '100-continue' }));
      expect(await all).toMatch(/^HTTP\/1\.1 100 Continue\r\n\r\nHTTP\/1\.1 [24]00 /);
    }
  });
});

describe('Many connections', () => {
  it('A new connection takes the place of one that waits, over both protocols, and not of one that is answered', async () => {
    await rig.restart(2);
    const waiting = rig.connect2();
    const waitingGone = new Promise((resolve) => waiting.on('error', () => undefined).once('close', resolve));
    expect((await stream(waiting, '/', {}, undefined, true)).body).toBe('a page');
    const probe = rig.connect2();
    const watch = probe.request({
      ':method': 'POST',
      ':path': '/grpc.health.v1.Health/Watch',
      'content-type': 'application/grpc',
    });
    watch.end(Buffer.alloc(5));
    const watchGone = new Promise((resolve) => watch.on('error', () => undefined).once('close', resolve));
    await new Promise((resolve) => watch.once('data', resolve));
    expect(await raw(rig.port, 'GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n')).toContain('a page');
    await waitingGone;
    // Two that stay leave no room for a stream that anybody may open.
    const before = rig.pages;
    const first = half();
    await eventually(() => rig.pages === before + 1, 'the first has come');
    const calls = [first, half()];
    await watchGone;
    for (const call of calls) call.destroy();
    expect(rig.refused.filter((why) => why !== 'too_many_connections')).toEqual([]);
  });

  it('A connection has at most so many streams of HTTP/2', async () => {
    const session = rig.connect2();
    await new Promise((resolve) => session.once('remoteSettings', resolve));
    expect(session.remoteSettings.maxConcurrentStreams).toBe(PORT_LIMITS.http2Streams);
    expect(session.remoteSettings.maxHeaderListSize).toBe(PORT_LIMITS.headBytes);
  });
});

function half(): Socket {
  const socket = connect(rig.port, '127.0.0.1').on('error', () => undefined);
  socket.write(head('/slack/save', { 'Content-Length': '20' }));
  return socket.resume();
}
