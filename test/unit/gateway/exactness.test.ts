import { createServer, request as httpRequest, type IncomingMessage } from 'node:http';
import { connect } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { eventually } from '../../helpers/eventually.js';
import { startHttp } from '../autokitteh/connect-upstream.js';
import { raw, startRawUpstream } from './raw.js';
import { send, startRig, type Rig } from './rig.js';

let rig: Rig;
afterEach(() => rig.stop());

const LIST = '/autokitteh.integrations.v1.IntegrationsService/List';
const WEBSOCKET =
  'Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==';
// UTF-8 in a header, as programs send names: two bytes that latin1 and UTF-8 read differently.
const NAME = Buffer.from('é').toString('latin1');

/** A gateway before a server that answers each request with these bytes and closes. */
async function answering(bytes: string): Promise<void> {
  rig = await startRig(
    await startRawUpstream((socket, received) => {
      if (received.includes('\r\n\r\n')) socket.end(Buffer.from(bytes, 'latin1'));
    }),
  );
}

describe('an answer of the server that is none', () => {
  it.each([
    ['a status of 000', 'HTTP/1.1 000 Nothing\r\nContent-Length: 0\r\n\r\n'],
    ['a status of 99', 'HTTP/1.1 099 Nothing\r\nContent-Length: 0\r\n\r\n'],
    ['a control character in its reason', 'HTTP/1.1 200 O\u0001K\r\nContent-Length: 0\r\n\r\n'],
    ['an upgrade that was not asked for', 'HTTP/1.1 101 Go\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n'],
    ['two lengths', 'HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab'],
    ['no HTTP', 'SSH-2.0-OpenSSH_9.2\r\n\r\n'],
    ['endless headers', `HTTP/1.1 200 OK\r\nA: ${'a'.repeat(80_000)}\r\n\r\n`],
  ])('An answer of the server that is none is a 502 and ends nothing else: %s', async (_name, bytes) => {
    await answering(bytes);
    for (const [path, method] of [
      ['/x', 'GET'],
      [LIST, 'POST'],
    ] as const) {
      const reply = await send(rig.url, path, { method, headers: { 'content-type': 'application/json' } });
      expect([reply.status, reply.statusMessage]).toEqual([502, 'Bad Gateway']);
    }
    const upgraded = await raw(rig.gateway.port, `GET /x HTTP/1.1\r\nHost: x\r\n${WEBSOCKET}\r\n\r\n`);
    expect(upgraded).toMatch(bytes.includes('101') ? /^HTTP\/1\.1 101 / : /^HTTP\/1\.1 502 Bad Gateway\r\n/);
    expect(rig.logged).toEqual([]);
  });

  it('An answer that is cut where it is read whole is a 502, with the reason phrase of 502', async () => {
    await answering(
      'HTTP/1.1 200 Splendid\r\nContent-Type: application/json\r\nContent-Length: 90\r\n\r\n{"a":',
    );
    const headers = { 'content-type': 'application/json' };
    const reply = await send(rig.url, LIST, { method: 'POST', headers, body: '{}' });
    expect([reply.status, reply.statusMessage]).toEqual([502, 'Bad Gateway']);
  });
});

describe('The headers of forwarded requests', () => {
  it.each([
    ['200', 'HTTP/1.1 200 Fine', 'Content-Length: 2', 'ab'],
    ['304', 'HTTP/1.1 304 Same', 'ETag: "1"', ''],
    ['204', 'HTTP/1.1 204 None', 'Vary: A', ''],
    ['404 in chunks', 'HTTP/1.1 404 Missing', 'Transfer-Encoding: chunked', '2\r\nab\r\n0\r\n\r\n'],
  ])(
    'Headers pass byte for byte, in their spelling and order, with %s',
    async (_status, line, header, body) => {
      const lines = `X-NaMe: ${NAME}\r\nx-name: 2\r\nSet-Cookie: a=${NAME}\r\nSet-Cookie: b\r\n${header}\r\n`;
      await answering(`${line}\r\n${lines}\r\n${body}`);
      const answer = await raw(rig.gateway.port, 'GET /x HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n');
      expect(answer).toBe(`${line}\r\n${lines}Connection: close\r\n\r\n${body}`);
    },
  );

  it('Headers pass byte for byte with the agreement to a WebSocket, and so do the first bytes on it', async () => {
    const head = `HTTP/1.1 101 Sure\r\nConnection: Upgrade\r\nX-NaMe: ${NAME}\r\nUpgrade: websocket\r\n\r\n`;
    await answering(`${head}hello`);
    const answer = await raw(rig.gateway.port, `GET /x HTTP/1.1\r\nHost: x\r\n${WEBSOCKET}\r\n\r\n`);
    expect(answer).toBe(`${head}hello`);
  });

  it('Headers of a request pass byte for byte, in their spelling and order', async () => {
    const upstream = await startRawUpstream((socket) => {
      socket.end('HTTP/1.1 204 Done\r\n\r\n');
    });
    rig = await startRig(upstream);
    const lines = `X-NaMe: ${NAME}\r\nAccept: a\r\nx-name: 2\r\nAccept: b\r\nCookie: c=${NAME}\r\n`;
    await raw(
      rig.gateway.port,
      Buffer.from(`GET /%c3?a|{ HTTP/1.1\r\nhost: x\r\n${lines}Connection: close\r\n\r\n`, 'latin1'),
    );
    expect(upstream.received[0]).toContain(`GET /%c3?a|{ HTTP/1.1\r\nHost: x\r\n${lines}X-Forwarded-For: `);
  });
});

describe('The bodies of forwarded requests', () => {
  it('The trailers of a request pass', async () => {
    const upstream = await startRawUpstream((socket, received) => {
      if (received.includes('\r\n0\r\n')) socket.end('HTTP/1.1 204 Done\r\n\r\n');
    });
    rig = await startRig(upstream);
    await raw(
      rig.gateway.port,
      'POST /x HTTP/1.1\r\nHost: x\r\nConnection: close\r\nTransfer-Encoding: chunked\r\nTrailer: X-Sum\r\n\r\n' +
        '2\r\nab\r\n0\r\nX-Sum: 7\r\n\r\n',
    );
    expect(upstream.received[0]).toContain('Trailer: X-Sum\r\n');
    expect(upstream.received[0]).toMatch(/2\r\nab\r\n0\r\nX-Sum: 7\r\n\r\n$/);
  });

  it('A body is sent only after the server has asked for it, where the client waits for that', async () => {
    const server = createServer();
    const arrived: string[] = [];
    server.on('checkContinue', (request: IncomingMessage, response) => {
      if (request.url === '/no') {
        response.writeHead(401).end('no');
        return;
      }
      response.writeContinue();
      request.setEncoding('latin1').on('data', (chunk: string) => arrived.push(chunk));
      request.once('end', () => response.end('taken'));
    });
    rig = await startRig(await startHttp(server));
    for (const [path, status] of [
      ['/no', 401],
      ['/yes', 200],
    ] as const) {
      const { hostname, port } = new URL(rig.url);
      const headers = { expect: '100-continue', 'content-length': 4 };
      const request = httpRequest({ hostname, port, path, method: 'PUT', headers, agent: false });
      const asked: string[] = [];
      request.once('continue', () => {
        asked.push(path);
        request.end('body');
      });
      request.flushHeaders();
      const response = await new Promise<IncomingMessage>((resolve, reject) =>
        request.once('response', resolve).once('error', reject),
      );
      response.resume();
      expect([response.statusCode, asked]).toEqual([status, status === 200 ? [path] : []]);
      // What was announced and did not come would be taken for the next request.
      if (status !== 200) expect(response.headers.connection).toBe('close');
      request.destroy();
    }
    expect(arrived).toEqual(['body']);
  });

  it('A request may be answered before its body has ended', async () => {
    rig = await startRig((_request, response) => {
      response.writeHead(413, { connection: 'close' }).end('too long');
    });
    const answer = await raw(
      rig.gateway.port,
      `POST /x HTTP/1.1\r\nHost: x\r\nContent-Length: 100000\r\nConnection: close\r\n\r\n${'x'.repeat(5000)}`,
    );
    expect(answer).toMatch(/^HTTP\/1\.1 413 /);
    expect(answer).toContain('too long');
  });

  it('A body ends at the server when the client goes away', async () => {
    let began: () => void = () => undefined;
    const begun = new Promise<void>((resolve) => (began = resolve));
    let ended: (complete: boolean) => void = () => undefined;
    const end = new Promise<boolean>((resolve) => (ended = resolve));
    rig = await startRig((request) => {
      request.once('data', began).once('close', () => ended(request.complete));
      request.on('error', () => undefined);
    });
    const client = connect(rig.gateway.port, '127.0.0.1');
    client.write('POST /x HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nhalf');
    await begun;
    client.destroy();
    expect(await end).toBe(false);
  });
});

describe('a kept connection that the server has just closed', () => {
  const stale = (): Promise<Awaited<ReturnType<typeof startRawUpstream>>> =>
    startRawUpstream((socket, received, connection) => {
      const requests = received.split('\r\n\r\n').length - 1;
      if (connection === 0 && requests === 2) socket.destroy();
      else if (received.endsWith('\r\n\r\n')) socket.write('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok');
    });

  it('A kept connection that the server has just closed fails no request that may be repeated', async () => {
    const upstream = await stale();
    rig = await startRig(upstream);
    expect((await send(rig.url, '/1')).status).toBe(200);
    expect((await send(rig.url, '/2')).status).toBe(200);
    expect(upstream.received).toHaveLength(2);
  });

  it('A request that could do something twice is never sent again', async () => {
    const upstream = await stale();
    rig = await startRig(upstream);
    expect((await send(rig.url, '/1', { method: 'POST' })).status).toBe(200);
    expect((await send(rig.url, '/2', { method: 'POST' })).status).toBe(502);
    expect(upstream.received).toHaveLength(1);
  });
});

describe('a WebSocket', () => {
  it('A WebSocket that the server refuses gets its refusal, body and all', async () => {
    rig = await startRig((_request, response) => {
      response.writeHead(403, { 'content-type': 'text/plain' });
      response.write('not ');
      response.end('you');
    });
    const answer = await raw(rig.gateway.port, `GET /x HTTP/1.1\r\nHost: x\r\n${WEBSOCKET}\r\n\r\n`);
    expect(answer).toMatch(/^HTTP\/1\.1 403 Forbidden\r\n/);
    expect(answer).toMatch(/\r\nContent-Type: text\/plain\r\n/i);
    expect(answer).toMatch(/not \r\n[^]*you/);
    expect(rig.webSockets).toEqual([{ t: 'refused' }]);
  });

  it('A refusal of a WebSocket that is longer than any buffer comes whole', async () => {
    const long = 'x'.repeat(4 * 1024 * 1024);
    rig = await startRig((_request, response) => {
      response.writeHead(403, { 'content-length': long.length }).end(long);
    });
    const answer = await raw(rig.gateway.port, `GET /x HTTP/1.1\r\nHost: x\r\n${WEBSOCKET}\r\n\r\n`);
    expect(answer.length).toBeGreaterThan(long.length);
  });

  it('A WebSocket gets a 502 while the server is away', async () => {
    rig = await startRig((_request, response) => response.end());
    await rig.upstream.stop();
    const client = new WebSocket(`ws://127.0.0.1:${rig.gateway.port}/x`);
    const refused = await new Promise<string>((resolve) =>
      client.once('error', (error) => resolve(error.message)),
    );
    expect(refused).toBe('Unexpected server response: 502');
    expect(rig.webSockets).toEqual([{ t: 'unreachable' }]);
  });

  it('A WebSocket ends at the server when its client goes away before the server has agreed', async () => {
    let left: () => void = () => undefined;
    const gone = new Promise<void>((resolve) => (left = resolve));
    const upstream = await startRawUpstream((socket) => socket.once('close', left));
    rig = await startRig(upstream);
    const client = connect(rig.gateway.port, '127.0.0.1');
    client.write(`GET /x HTTP/1.1\r\nHost: x\r\n${WEBSOCKET}\r\n\r\n`);
    await eventually(() => upstream.received.length === 1, 'the request arrives');
    client.destroy();
    await gone;
    expect(rig.logged).toEqual([]);
    expect(rig.webSockets).toEqual([{ t: 'left' }]);
  });
});
