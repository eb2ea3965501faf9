import { createServer as createHttpServer, type RequestListener } from 'node:http';
import { readFileSync } from 'node:fs';
import { createServer as createTcpServer, type AddressInfo, type Server } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';

import { pino } from 'pino';
import { afterEach, expect, it } from 'vitest';

import { systemClock } from '../../../src/core/clock.js';
import { seededRandom } from '../../../src/core/random.js';
import { DEFAULT_POLICY } from '../../../src/slack/policy.js';
import { createSlackSockets } from '../../../src/slack/sockets.js';
import { eventually } from '../../helpers/eventually.js';
import { PRIVATE_CA } from '../../helpers/private-ca.js';

let ends: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0)) await end();
  ends = [];
});

async function listen(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  ends.push(() => new Promise((resolve) => server.close(() => resolve())));
  return (server.address() as AddressInfo).port;
}

/** Answers each call with this text, as Slack's Web API or something in its place. */
async function webApi(body: string): Promise<number> {
  const answer: RequestListener = (_, response) =>
    response.writeHead(200, { 'content-type': 'application/json', connection: 'close' }).end(body);
  return listen(createHttpServer(answer));
}

/** Answers each upgrade with this line and ends the connection. */
function answering(line: string): Promise<number> {
  return listen(createTcpServer((socket) => socket.once('data', () => socket.end(`${line}\r\n\r\n`))));
}

/** What the status of an app says when Slack's answer to the call for a URL is `reply`. */
async function reasonFor(reply: object): Promise<string> {
  const port = await webApi(JSON.stringify(reply));
  const sockets = createSlackSockets({
    apiUrl: `http://127.0.0.1:${port}/api/`,
    clock: systemClock,
    random: seededRandom(1),
    log: pino({ enabled: false }),
    policy: { ...DEFAULT_POLICY, socket: { ...DEFAULT_POLICY.socket, dialMs: 1_000 } },
    onEnvelope: () => undefined,
  });
  ends.unshift(() => sockets.stop());
  sockets.reconcile(new Map([['A1', [{ token: 'xapp-1-A1-1-x', setAt: 1 }]]]));
  return eventually(() => {
    const status = sockets.status('A1');
    return status?.t === 'degraded' && status.reason;
  }, 'a reason');
}

const PORTAL = 'is there a proxy or a captive portal?';

it.each<[string, () => Promise<string>, RegExp]>([
  [
    'a host that cannot be resolved',
    () => Promise.resolve('wss://wss-primary.slack.invalid/link/?ticket=x'),
    /: wss-primary\.slack\.invalid cannot be resolved \((?:ENOTFOUND|EAI_AGAIN)\)$/,
  ],
  [
    'a port that refuses',
    async () => {
      const server = createTcpServer();
      const port = await listen(server);
      await new Promise((resolve) => server.close(resolve));
      return `ws://127.0.0.1:${port}/link/?ticket=x`;
    },
    /: 127\.0\.0\.1:\d+ refused the connection$/,
  ],
  [
    'a certificate of an unknown authority',
    async () => {
      const [cert, key] = [readFileSync(PRIVATE_CA.cert), readFileSync(PRIVATE_CA.key)];
      const server = createTlsServer({ cert, key }).on('tlsClientError', () => undefined);
      return `wss://localhost:${await listen(server)}/link/?ticket=x`;
    },
    /: the certificate of localhost:\d+ is not trusted \([A-Z_]+\): name the file of its authority in NODE_EXTRA_CA_CERTS$/,
  ],
  [
    'a port that does not speak TLS',
    async () => `wss://127.0.0.1:${await answering('HTTP/1.1 400 Bad Request')}/link`,
    /: 127\.0\.0\.1:\d+ does not speak TLS/,
  ],
  [
    'a host that never answers',
    async () =>
      `ws://127.0.0.1:${await listen(
        createTcpServer((socket) =>
          socket
            .on('error', () => undefined)
            .once('close', () => socket.destroy())
            .resume(),
        ),
      )}/link`,
    /: 127\.0\.0\.1:\d+ timed out$/,
  ],
  [
    'a host that hangs up',
    async () => `ws://127.0.0.1:${await listen(createTcpServer((socket) => socket.destroy()))}/link`,
    /: the connection to 127\.0\.0\.1:\d+ was cut off$/,
  ],
  ...(['403 Forbidden', '200 OK', '404 Not Found', '502 Bad Gateway'] as const).map(
    (line): [string, () => Promise<string>, RegExp] => [
      `an answer with ${line}`,
      async () => `ws://127.0.0.1:${await answering(`HTTP/1.1 ${line}`)}/link`,
      new RegExp(
        `: something at 127\\.0\\.0\\.1:\\d+ answered with HTTP ${line.slice(0, 3)} \\(${PORTAL.replace('?', '\\?')}\\)$`,
      ),
    ],
  ),
])('The status names host and cause when the WebSocket meets %s', async (_name, urlOf, reason) => {
  const said = await reasonFor({ ok: true, url: await urlOf() });
  expect(said).toMatch(/^the WebSocket to Slack could not be opened: /);
  expect(said).toMatch(reason);
  expect(said).not.toContain('ticket');
});

it.each([
  {},
  { url: null },
  { url: '' },
  { url: 7 },
  { url: 'wss-primary.slack.com/link' },
  { url: 'ftp://localhost/' },
  { url: 'https://portal.example/login' },
])('The status says that the reply did not come from Slack when it is ok with %j', async (more) => {
  expect(await reasonFor({ ok: true, ...more })).toBe(`the reply did not come from Slack (${PORTAL})`);
});
