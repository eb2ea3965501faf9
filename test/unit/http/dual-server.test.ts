import { connect as http2Connect } from 'node:http2';
import { connect } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../../src/core/clock.js';
import { startDualServer, type DualServer } from '../../../src/http/dual-server.js';
import { allOf, textOver2 } from '../../helpers/raw-request.js';

const PORT = { connections: 64, refused: () => undefined, clock: systemClock };
let server: DualServer;

afterEach(() => server.stop(2000));

const url = (): string => `http://127.0.0.1:${server.port}`;

describe('a peer that dawdles or talks nonsense', () => {
  beforeEach(async () => {
    server = await startDualServer({
      host: '127.0.0.1',
      port: 0,
      handler: (_request, response) => {
        response.writeHead(200);
        response.end('hello');
      },
      ...PORT,
      limits: { headMs: 150, bodyMs: 300, answerIdleMs: 30_000, http2IdleMs: 150 },
    });
  });

  it.each([
    ['silent', ''],
    ['silent after half a preface', 'PR'],
    ['stopped within its headers', 'GET / HTTP/1.1\r\nHost: x'],
    ['nonsense', '\u0001\u0002\u0003\u0004\r\n\r\n'],
    ['silent after the preface', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'],
  ])('A slow or nonsensical peer is cut off: %s', async (_name, bytes) => {
    const socket = connect(server.port, '127.0.0.1');
    socket.write(bytes);
    const answer = await allOf(socket);
    if (bytes.startsWith('GET')) expect(answer).toMatch(/^HTTP\/1\.1 408/);
    if (bytes.startsWith('\u0001')) expect(answer).toMatch(/^HTTP\/1\.1 400/);
  });

  it('A peer may send byte by byte if it finishes in time', async () => {
    const socket = connect(server.port, '127.0.0.1').setNoDelay(true);
    for (const byte of 'PROPFIND / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n') {
      await new Promise<void>((resolve) => socket.write(byte, () => setImmediate(resolve)));
    }
    expect(await allOf(socket)).toMatch(/^HTTP\/1\.1 200[^]*hello/);
  });

  it('A peer may go away before it has sent anything', async () => {
    const socket = connect(server.port, '127.0.0.1', () => socket.resetAndDestroy());
    await new Promise<void>((resolve) => socket.once('close', () => resolve()));
    expect(await (await fetch(url())).text()).toBe('hello');
  });
});

describe('The stop of the server', () => {
  const answers: (() => void)[] = [];

  beforeEach(async () => {
    answers.length = 0;
    server = await startDualServer({
      host: '127.0.0.1',
      port: 0,
      handler: (_request, response) => {
        answers.push(() => {
          response.writeHead(200);
          response.end('late');
        });
        arrived.shift()?.();
      },
      ...PORT,
    });
  });
  const arrived: (() => void)[] = [];
  const arrival = (): Promise<void> => new Promise((resolve) => arrived.push(resolve));

  it('A stop lets requests that are under way end, over both protocols, and takes no new ones', async () => {
    const session = http2Connect(url());
    let here = arrival();
    const first = fetch(url()).then((response) => response.text());
    await here;
    here = arrival();
    const second = textOver2(session, '/');
    await here;
    const stopped = server.stop(60_000);
    await expect(fetch(url())).rejects.toThrow();
    for (const answer of answers) answer();
    expect(await Promise.all([first, second])).toEqual(['late', 'late']);
    await stopped;
    expect(server.stop(1)).toBe(server.stop(1));
  });

  it('A stop cuts off requests that do not end in time', async () => {
    const here = arrival();
    const hanging = expect(fetch(url())).rejects.toThrow();
    await here;
    await server.stop(10);
    await hanging;
  });
});
