import { connect as http2Connect, constants } from 'node:http2';
import { connect } from 'node:net';
import { afterEach, expect, it } from 'vitest';
import { systemClock } from '../../../src/core/clock.js';
import { startDualServer, type DualServer } from '../../../src/http/dual-server.js';
import type { RefusalReason } from '../../../src/http/refusals.js';
import { eventually } from '../../helpers/eventually.js';
import { send } from '../../helpers/raw-request.js';

const LONG = Buffer.alloc(16 * 1024 * 1024);

let server: DualServer;
let refused: RefusalReason[];

/** A port that answers each request with as much as its path says, and gives stuck clients little time. */
async function start(connections: number): Promise<void> {
  refused = [];
  server = await startDualServer({
    host: '127.0.0.1',
    port: 0,
    handler: (request, response) => {
      response.writeHead(200);
      if ('stream' in response) response.end('hello');
      else response.end(request.url === '/long' ? LONG : 'hello');
    },
    connections,
    refused: (why) => refused.push(why),
    clock: systemClock,
    limits: { headMs: 30_000, bodyMs: 30_000, answerIdleMs: 20, http2IdleMs: 30_000 },
  });
}

afterEach(() => server.stop(0));

it('A client of the plugin port that does not read its answer is cut off, and its place is free again', async () => {
  await start(1);
  const silent = connect(server.port, '127.0.0.1').on('error', () => undefined);
  silent.pause();
  silent.write('GET /long HTTP/1.1\r\nHost: x\r\n\r\n');
  await eventually(() => refused.includes('too_slow'), 'the client is found to be stuck');
  const { port } = server;
  // Node's fetch would wait for ever where its first connection of the process is closed while it loads its parser.
  const served = async (): Promise<boolean> =>
    (await send(`http://127.0.0.1:${port}`, '/').catch(() => undefined))?.status === 200;
  expect(await eventually(served, 'the next client is served')).toBe(true);
  silent.destroy();
});

it('A stream of HTTP/2 whose client gives no room for the answer is closed, and the others of its connection go on', async () => {
  await start(8);
  const session = http2Connect(`http://127.0.0.1:${server.port}`, { settings: { initialWindowSize: 0 } });
  session.on('error', () => undefined);
  const stuck = session.request({ ':path': '/' }).on('error', () => undefined);
  // Whoever reads gives room.
  stuck.pause();
  await new Promise((resolve) => stuck.once('close', resolve));
  expect(stuck.rstCode).toBe(constants.NGHTTP2_CANCEL);
  expect(refused).toEqual(['too_slow']);
  expect(session.closed).toBe(false);
  session.destroy();
});

it.each([
  ['nothing', ''],
  ['less than tells its protocol', 'PR'],
])('A client of the plugin port that sends %s and no more is closed at once', async (_what, bytes) => {
  await start(8);
  const client = connect({ host: '127.0.0.1', port: server.port, allowHalfOpen: true });
  const ended = new Promise((resolve) => client.resume().once('end', resolve));
  client.end(bytes);
  await ended;
  client.destroy();
});
