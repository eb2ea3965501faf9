import { createServer } from 'node:http';
import { connect, type Socket } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { WebSocketServer } from 'ws';
import { eventually } from '../../helpers/eventually.js';
import { startHttp } from '../autokitteh/connect-upstream.js';
import { raw } from './raw.js';
import { send, startRig, type Rig } from './rig.js';

let rig: Rig;
afterEach(() => rig.stop());

const WEBSOCKET =
  'Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==';
const get = (path: string, headers = ''): string => `GET ${path} HTTP/1.1\r\nHost: x\r\n${headers}\r\n`;

describe('Requests of one connection', () => {
  it('Requests of one connection are answered one after another: what the second does begins when the first is done', async () => {
    const log: string[] = [];
    rig = await startRig((request, response) => {
      log.push(`begin ${request.method ?? ''}`);
      request.resume().once('end', () =>
        setImmediate(() => {
          log.push(`end ${request.method ?? ''}`);
          response.end(request.method);
        }),
      );
    });
    const answer = await raw(
      rig.gateway.port,
      `POST /x HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\nab${get('/y', 'Connection: close\r\n')}`,
    );
    expect(answer).toMatch(/POST[^]*GET/);
    expect(log).toEqual(['begin POST', 'end POST', 'begin GET', 'end GET']);
  });

  it('Requests of one connection are answered before a WebSocket that was asked for behind them', async () => {
    const server = createServer((_request, response) => setImmediate(() => response.end('first')));
    const sockets = new WebSocketServer({ server });
    rig = await startRig(await startHttp(server));
    const socket = connect(rig.gateway.port, '127.0.0.1');
    let all = '';
    socket.setEncoding('latin1').on('data', (chunk: string) => (all += chunk));
    socket.write(get('/x') + get('/ws', `${WEBSOCKET}\r\n`));
    await eventually(() => all.includes('HTTP/1.1 101 '), 'the WebSocket opens');
    expect(all).toMatch(/^HTTP\/1\.1 200 [^]*first[^]*HTTP\/1\.1 101 /);
    socket.destroy();
    sockets.close();
  });

  it('Requests for HTTP/2 are answered in turn, as the plain requests that they are also', async () => {
    rig = await startRig((request, response) => setImmediate(() => response.end(request.url)));
    const h2c = 'Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABk\r\n';
    const answer = await raw(
      rig.gateway.port,
      get('/1') + get('/2', h2c) + get('/3', h2c) + get('/4', 'Connection: close\r\n'),
    );
    expect(answer.match(/\/\d/g)?.filter((path) => path !== '/1.1')).toEqual(
      expect.arrayContaining(['/1', '/2', '/3', '/4']),
    );
    expect(answer).toMatch(/\r\n\r\n\/1HTTP[^]*\r\n\r\n\/2HTTP[^]*\r\n\r\n\/3HTTP[^]*\r\n\r\n\/4$/);
  });

  it('Requests for HTTP/2 leave no listener behind on their connection, however many come', async () => {
    const warnings: string[] = [];
    const onWarning = (warning: Error): number => warnings.push(warning.message);
    process.on('warning', onWarning);
    rig = await startRig((_request, response) => response.end('ok'));
    const socket = connect(rig.gateway.port, '127.0.0.1');
    let all = '';
    socket.setEncoding('latin1').on('data', (chunk: string) => (all += chunk));
    for (let sent = 1; sent <= 30; sent++) {
      socket.write(get('/x', 'Connection: Upgrade\r\nUpgrade: h2c\r\n'));
      await eventually(() => all.split('HTTP/1.1 200').length > sent, `answer ${sent}`);
    }
    socket.destroy();
    process.off('warning', onWarning);
    expect(warnings).toEqual([]);
  });

  it('A connection is cut off when more requests wait on it than anybody sends in advance', async () => {
    let arrived = 0;
    rig = await startRig(() => arrived++);
    const answer = await raw(rig.gateway.port, get('/x').repeat(500));
    expect(answer).toBe('');
    expect(arrived).toBeLessThanOrEqual(1);
  });
});

describe('A request that two servers could read in two ways, or that nobody needs,', () => {
  it.each([
    ['TRACE', `TRACE /x HTTP/1.1\r\nHost: x\r\n\r\n`, 405],
    ['TRACE of a page of ours', `TRACE /slack HTTP/1.1\r\nHost: x\r\n\r\n`, 405],
    ['CONNECT', `CONNECT example.com:443 HTTP/1.1\r\nHost: example.com:443\r\n\r\n`, 405],
    ['user information in Host', 'GET /slack HTTP/1.1\r\nHost: me:secret@x\r\n\r\n', 400],
    ['user information in the target', 'GET http://me:secret@x/slack HTTP/1.1\r\nHost: x\r\n\r\n', 400],
    ['a path in Host', 'GET /slack HTTP/1.1\r\nHost: x/y\r\n\r\n', 400],
    ['two Host lines', 'GET /x HTTP/1.1\r\nHost: x\r\nhost: y\r\n\r\n', 400],
    ['two equal Host lines', 'GET /x HTTP/1.1\r\nHost: x\r\nHost: x\r\n\r\n', 400],
    ['HTTP/0.9', 'GET /x\r\n\r\n', 400],
    ['HTTP/0.9 by name', 'GET /x HTTP/0.9\r\nHost: x\r\n\r\n', 400],
    ['HTTP/2', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', 400],
  ])(
    'A malformed request is refused without a line in the log, and goes nowhere: %s',
    async (_name, text, status) => {
      const arrived: (string | undefined)[] = [];
      rig = await startRig((request, response) => {
        arrived.push(request.url);
        response.end();
      });
      const answer = await raw(rig.gateway.port, text);
      expect(answer).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `));
      expect(answer).not.toContain('secret');
      expect(rig.logged).toEqual([]);
      expect(rig.setup).toEqual([]);
      expect(arrived).toEqual([]);
    },
  );
});

describe('Connections', () => {
  const open = (): Promise<Socket> =>
    new Promise((resolve, reject) => {
      const socket = connect(rig.gateway.port, '127.0.0.1', () => resolve(socket));
      socket.once('error', reject);
    });
  const closed = (socket: Socket): Promise<boolean> =>
    new Promise((resolve) =>
      socket
        .resume()
        .on('error', () => undefined)
        .once('close', () => resolve(true)),
    );

  it('A connection beyond the cap takes the place of the one that has waited longest for a request', async () => {
    rig = await startRig((_request, response) => response.end('ok'), { connections: 3 });
    const first = await open();
    const gone = closed(first);
    const others = [await open(), await open()];
    others[0]?.write('GET /half');
    expect((await send(rig.url, '/x')).status).toBe(200);
    expect(await gone).toBe(true);
    expect(rig.refused).toEqual(['too_many_connections']);
    for (const socket of others) socket.destroy();
  });

  it('A connection with half a body gives way where none is idle, and one that waits for an answer never does', async () => {
    const answers: (() => void)[] = [];
    const arrived: (string | undefined)[] = [];
    rig = await startRig(
      (request, response) => {
        arrived.push(request.url);
        request.resume();
        if (request.url === '/whole') answers.push(() => response.end('done'));
        else if (request.url === '/x') response.end('ok');
      },
      { connections: 2 },
    );
    const whole = raw(rig.gateway.port, get('/whole', 'Connection: close\r\n'));
    await eventually(() => answers.length === 1, 'the whole request arrives');
    const half = await open();
    const gone = closed(half);
    half.write('POST /half HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\nhalf');
    await eventually(() => arrived.includes('/half'), 'the half request arrives');
    expect((await send(rig.url, '/x')).status).toBe(200);
    expect(await gone).toBe(true);
    const second = raw(rig.gateway.port, get('/whole', 'Connection: close\r\n'));
    await eventually(() => answers.length === 2, 'the second whole request arrives');
    await expect(send(rig.url, '/x')).rejects.toThrow();
    for (const answer of answers) answer();
    expect(await whole).toContain('done');
    expect(await second).toContain('done');
  });
});
