import { createServer, IncomingMessage, ServerResponse } from 'node:http';
import { connect, Socket } from 'node:net';
import { gzipSync } from 'node:zlib';
import { afterEach, describe, expect, it } from 'vitest';
import { watchUpload } from '../../../src/gateway/bodies.js';
import { watchReader } from '../../../src/http/slow-reader.js';
import { Notices } from '../../../src/gateway/notices.js';
import { eventually } from '../../helpers/eventually.js';
import { HandClock } from '../../helpers/hand-clock.js';
import { startHttp } from '../autokitteh/connect-upstream.js';
import { CONNECTION } from '../contract/stubs.js';
import { raw } from './raw.js';
import { send, startRig, type Rig } from './rig.js';

const SET = '/autokitteh.vars.v1.VarsService/Set';
const JSON_TYPE = { 'content-type': 'application/json' };

describe('Slow clients', () => {
  let rig: Rig;
  afterEach(() => rig.stop());

  it('A form that stays half is answered with 408, and its connection ends', async () => {
    rig = await startRig((_request, response) => response.end(), { bodyMs: 20 });
    const answer = await raw(
      rig.gateway.port,
      'POST /slack/save HTTP/1.1\r\nHost: x\r\nContent-Length: 20\r\n\r\nauth_type=',
    );
    expect(answer).toMatch(/^HTTP\/1\.1 408 [^]*Connection: close/);
    expect(rig.refused).toEqual(['too_slow']);
    expect(rig.logged).toEqual([]);
  });

  it.each(['/upload', SET])(
    'An upload to %s that stays half is given up here and at the server',
    async (path) => {
      let ended: () => void = () => undefined;
      const end = new Promise<void>((resolve) => (ended = resolve));
      rig = await startRig(
        (request) => {
          request
            .resume()
            .on('error', () => undefined)
            .once('close', ended);
        },
        { uploadIdleMs: 20 },
      );
      const answer = await raw(
        rig.gateway.port,
        `POST ${path} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 20\r\n\r\nhalf`,
      );
      expect(answer).toMatch(/^HTTP\/1\.1 408 /);
      await end;
      expect(rig.refused).toEqual(['too_slow']);
    },
  );

  it('An upload that was answered before its end does not keep its connection for ever', async () => {
    // Long enough for a busy machine to bring the answer first.
    rig = await startRig((_request, response) => response.end('enough'), { uploadIdleMs: 1_000 });
    const answer = await raw(
      rig.gateway.port,
      'POST /x HTTP/1.1\r\nHost: x\r\nContent-Length: 20\r\n\r\nhalf',
    );
    expect(answer).toContain('enough');
  });

  it.each([
    ['an answer', 'GET /x HTTP/1.1\r\nHost: x\r\n\r\n'],
    [
      'a refused WebSocket',
      'GET /x HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n',
    ],
  ])('A client that does not read %s is cut off, and its place is free again', async (_name, request) => {
    const long = Buffer.alloc(16 * 1024 * 1024);
    const behind = createServer((asked, response) => response.end(asked.url === '/x' ? long : 'ok'));
    behind.on('upgrade', (_asked, socket: Socket) => {
      socket.on('error', () => undefined);
      socket.write(`HTTP/1.1 400 Bad Request\r\nContent-Length: ${long.length}\r\n\r\n`);
      socket.end(long);
    });
    rig = await startRig(await startHttp(behind), { connections: 1, answerIdleMs: 20 });
    const silent = connect(rig.gateway.port, '127.0.0.1').on('error', () => undefined);
    silent.pause();
    silent.write(request);
    await eventually(() => rig.refused.includes('too_slow'), 'the client is found to be stuck');
    // The place is free once the system has told of the end of the connection, a moment after it was cut off.
    const served = async (): Promise<boolean> =>
      (await send(rig.url, '/y').catch(() => undefined))?.status === 200;
    expect(await eventually(served, 'the next client is served')).toBe(true);
    silent.destroy();
  });

  it('A connection with half a head gives its place up when it is asked for', async () => {
    rig = await startRig((_request, response) => response.end('ok'), { connections: 1 });
    const half = connect(rig.gateway.port, '127.0.0.1');
    const gone = new Promise((resolve) =>
      half
        .on('error', () => undefined)
        .resume()
        .once('close', resolve),
    );
    half.write('GET /x HTTP/1.1\r\nHo');
    await eventually(() => half.bytesWritten > 0, 'half a head is sent');
    expect((await send(rig.url, '/x')).status).toBe(200);
    await gone;
  });
});

it('A client whose upload we do not read, because the server is slow, is not a slow client', () => {
  const request = new IncomingMessage(new Socket());
  let idle = 0;
  watchUpload(request, new ServerResponse(request), 60_000, () => idle++);
  request.pause();
  request.emit('timeout');
  expect(idle).toBe(0);
  request.resume();
  request.emit('timeout');
  expect(idle).toBe(1);
  request.setTimeout(0);
});

it('A client that waits for a slow server is not a slow client', () => {
  const socket = new Socket();
  const response = new ServerResponse(new IncomingMessage(socket));
  let stuck = 0;
  watchReader(response, socket, 60_000, () => stuck++);
  response.emit('timeout');
  expect(stuck).toBe(0);
  expect(socket.timeout).toBe(60_000);
  socket.destroy();
});

describe('Writes of variables', () => {
  let rig: Rig;
  afterEach(() => rig.stop());

  const vars = { vars: [{ scopeId: CONNECTION, name: 'a', value: 'x'.repeat(200_000) }] };

  it.each([
    ['longer than what is kept', Buffer.from(JSON.stringify(vars)), {}],
    [
      'longer than what is kept, in chunks',
      Buffer.from(JSON.stringify(vars)),
      { 'transfer-encoding': 'chunked' },
    ],
    ['short and long when unpacked', gzipSync(JSON.stringify(vars)), { 'content-encoding': 'gzip' }],
  ])(
    'A write that is %s passes whole, and leads to a look at all connections',
    async (_name, body, headers) => {
      let arrived = 0;
      rig = await startRig((request, response) => {
        request.on('data', (chunk: Buffer) => (arrived += chunk.length));
        request.once('end', () => response.end('{}'));
      });
      await send(rig.url, SET, { method: 'POST', headers: { ...JSON_TYPE, ...headers }, body });
      expect(arrived).toBe(body.length);
      await eventually(() => rig.noticed.length > 0, 'the write is noticed');
      expect(rig.noticed).toEqual([undefined]);
    },
  );

  it('A write that the server refuses is not noticed', async () => {
    rig = await startRig((request, response) => {
      request.resume().once('end', () => response.writeHead(401).end('no'));
    });
    const body = JSON.stringify({ vars: [{ scopeId: CONNECTION, name: 'a', value: 'b' }] });
    expect((await send(rig.url, SET, { method: 'POST', headers: JSON_TYPE, body })).status).toBe(401);
    await rig.gateway.stop(2000);
    expect(rig.noticed).toEqual([]);
  });

  it('Writes that name no connection lead to at most one look a second, and none is forgotten', async () => {
    const clock = new HandClock();
    const told: (string | undefined)[] = [];
    const notices = new Notices(clock, (id) => told.push(id));
    for (let write = 0; write < 1_000; write++) notices.tell(undefined);
    expect(told).toEqual([undefined]);
    notices.tell(CONNECTION);
    expect(told.splice(0)).toEqual([undefined, CONNECTION]);
    await clock.advance(999);
    expect(told).toEqual([]);
    await clock.advance(1);
    expect(told.splice(0)).toEqual([undefined]);
    await clock.advance(10_000);
    expect(told).toEqual([]);
    notices.tell(undefined);
    notices.tell(undefined);
    notices.close();
    expect(clock.pendingTimers).toBe(0);
  });
});
