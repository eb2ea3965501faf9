import { one, portOf, request, type Kind } from './strangers-target.js';

const ODD_PATHS = [
  ...['/slack/%73ave', '/%73lack/save', '//slack/save', '/slack//save', '/slack/./save', '/slack/x/../save'],
  ...['/slack/save/', '/slack/save%00', '/slack/save%2f', '/slack%2fsave', '/SLACK/SAVE', '/slack/save;a=b'],
  ...['/%', '/%zz', '/%c3%28', '*', '/..%2f..%2fetc/passwd', 'http://evil.example/slack/save', '/?%', '/#x'],
  ...['http://u:p@127.0.0.1/slack/save', 'noslash', '/slack/save?cid=%00&%=%', `/${'a/'.repeat(3_000)}`],
  ...[
    '/slack/assets/../save',
    '/slack/assets/%2e%2e/save',
    '/slack/assets/page.js%00',
    '/ops/%2e%2e/metrics',
  ],
];
const HOSTS = [
  ['Host: 127.0.0.1', 'Host: evil.example'],
  ['Host: user:password@127.0.0.1'],
  ['Host: evil example'],
  ['Host:'],
  ['Host: 127.0.0.1', 'host: 127.0.0.1'],
];
const FRAMINGS = [
  ['Content-Length: -1'],
  ['Content-Length: 5', 'Content-Length: 6'],
  ['Content-Length: 5', 'Transfer-Encoding: chunked'],
  ['Transfer-Encoding: chunked, identity'],
  ['Transfer-Encoding: xchunked'],
  ['Content-Length: 99999999999999999999'],
  ['Transfer-Encoding: chunked'],
];
const UPGRADES = ['websocket', 'h2c', 'TLS/1.0', 'websocket, h2c', 'x'.repeat(2_000)];

/** Requests that are no HTTP, or that two servers could read in two ways. */
export const MALFORMED: Readonly<Record<string, Kind>> = {
  'odd path': (random) => {
    const method = one(random, ['GET', 'POST', 'HEAD', 'PUT', 'OPTIONS', 'BREW', 'PROPFIND']);
    const body = one(random, ['', 'auth_type=oauth&cid=x']);
    return { port: portOf(random), bytes: request(`${method} ${one(random, ODD_PATHS)}`, [], body) };
  },
  hosts: (random) => ({
    port: portOf(random),
    bytes: request(`GET ${one(random, ['/', '/slack/save', '/healthz'])}`, one(random, HOSTS)),
  }),
  'HTTP/0.9': (random) => ({
    port: portOf(random),
    bytes: Buffer.from(
      one(random, ['GET /\r\n', 'GET /\r\n\r\n', 'GET / HTTP/0.9\r\n\r\n', 'GET / HTTP/9.9\r\n\r\n']),
    ),
  }),
  'TRACE and CONNECT': (random) => ({
    port: portOf(random),
    bytes: request(one(random, ['TRACE /', 'TRACE /slack/save', 'CONNECT slack.com:443', 'CONNECT /']), []),
  }),
  framing: (random) => ({
    port: portOf(random),
    bytes: request(
      `POST ${one(random, ['/slack/save', '/x'])}`,
      one(random, FRAMINGS),
      'zz\r\nx\r\n0\r\n\r\n',
    ),
  }),
  upgrade: (random) => ({
    port: portOf(random),
    bytes: request(
      `GET ${one(random, ['/slack/save?auth_type=oauth', '/', '/slack/%73ave', '/ops/', '/autokitteh.x'])}`,
      [
        `Upgrade: ${one(random, UPGRADES)}`,
        'Connection: Upgrade, HTTP2-Settings',
        'HTTP2-Settings: AAMAAABkAAQAoAAAAAIAAAAA',
        'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
        'Sec-WebSocket-Version: 13',
        ...one(random, [[], ['Origin: https://evil.example']]),
      ],
      noise(random, 200),
    ),
  }),
  'huge head': (random) => ({
    port: portOf(random),
    bytes: request('GET /', [
      one(random, [
        `X: ${'y'.repeat(100_000)}`,
        'A: b\r\n'.repeat(5_000).trimEnd(),
        `Cookie: ${'a=b; '.repeat(20_000)}`,
        `${'z'.repeat(90_000)}: 1`,
      ]),
    ]),
  }),
  noise: (random) => ({
    port: portOf(random),
    bytes: one(random, [
      noise(random, 300),
      Buffer.from([0x16, 0x03, 0x01, 0x02, 0x00, 0x01, 0x00]),
      Buffer.from('GET / HTTP/1.1\r\nX: \u0000\r\n\r\n'),
      Buffer.from('GET / HTTP/1.1\r\n: x\r\n\r\n'),
      Buffer.from('\r\n'.repeat(1_000)),
    ]),
  }),
  pipeline: (random) => ({
    port: portOf(random),
    bytes: Buffer.from(
      'GET /slack/ HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n'.repeat(10 + Math.floor(random() * 40)),
    ),
  }),
  idle: (random) => ({ port: portOf(random), bytes: Buffer.alloc(0), holds: true }),
  'half a head': (random) => ({
    port: portOf(random),
    bytes: Buffer.from('POST /slack/save HTTP/1.1\r\nHost: 127.0.0.1\r\nX: '),
    holds: true,
  }),
  'half a body': (random) => ({
    port: portOf(random),
    bytes: request(
      `POST ${one(random, ['/slack/save', '/x', '/slack/assets/answers/x', '/ops/dead-letters/resend', RPC])}`,
      [`Content-Length: ${one(random, [1_000, 15_000, 1_000_000_000])}`, one(random, TYPES)],
      'auth_type=',
    ),
    holds: true,
  }),
};

const RPC = '/autokitteh.vars.v1.VarsService/Set';
const TYPES = ['Content-Type: application/x-www-form-urlencoded', 'Content-Type: application/proto'];

function noise(random: () => number, most: number): Buffer {
  return Buffer.from(
    Array.from({ length: 1 + Math.floor(random() * most) }, () => Math.floor(random() * 256)),
  );
}
