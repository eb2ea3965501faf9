import { gzipSync } from 'node:zlib';
import { ACCEPTED, BREAK_HEADER, BREAKS } from './strangers-front.js';
import { one, portOf, request, type Kind } from './strangers-target.js';

const KIB = 1024;
// 16 KiB that become 16 MiB.
const BOMB = gzipSync(Buffer.alloc(16 * KIB * KIB, ' '));
const SERVER_METHODS = [
  ...['connections.v1.ConnectionsService/Test', 'connections.v1.ConnectionsService/RefreshStatus'],
  ...['vars.v1.VarsService/Set', 'vars.v1.VarsService/Delete', 'integrations.v1.IntegrationsService/List'],
  ...['integrations.v1.IntegrationsService/Get', 'connections.v1.ConnectionsService/Update'],
];
const CONTRACT_METHODS = [
  'Get',
  'Configure',
  'TestConnection',
  'GetConnectionStatus',
  'Call',
  'GetConnectionConfig',
];
const FORM = 'application/x-www-form-urlencoded';
const FORM_TYPES = [
  FORM,
  `${FORM}X`,
  `${FORM}; charset=utf-16`,
  'text/plain',
  'multipart/form-data; boundary=x',
];
const RPC_TYPES = ['application/json', 'application/proto', 'application/grpc', 'application/grpc-web+proto'];
const STRANGE = [
  ['Origin: https://evil.example'],
  ['Origin: null', 'Sec-Fetch-Site: cross-site'],
  ['Referer: https://evil.example/', 'Sec-Fetch-Site: cross-site', 'Sec-Fetch-Mode: no-cors'],
  ['Origin: https://evil.example', 'Authorization: Basic eDp5'],
  ['Origin: https://evil.example', 'X-Forwarded-Host: evil.example'],
  ['Sec-Fetch-Site: cross-site', 'Sec-Fetch-Mode: navigate', 'Sec-Fetch-Dest: image'],
];

/** Well-formed requests that somebody makes who may not, or that cost more than they should. */
export const FORGED: Readonly<Record<string, Kind>> = {
  'packed bomb': (random, { tenant }) => {
    const port = portOf(random);
    const method = port === 'plugin' ? contractPath(random) : serverPath(random);
    const accepted = [`Authorization: Bearer ${tenant.token}`, `${BREAK_HEADER}: ${ACCEPTED}`];
    const login = random() < 0.3 ? accepted : [];
    const headers = ['Content-Encoding: gzip', `Content-Type: ${one(random, RPC_TYPES)}`, ...login];
    return { port, bytes: request(`POST ${method}`, headers, BOMB) };
  },
  'forged save': (random, { connectionId, cookie }) => {
    const cid = `cid=${connectionId}`;
    const body = one(random, [
      `${cid}&origin=web&auth_type=socketMode&bot_token=xoxb-1-evil&app_token=xapp-1-A0EVIL-1-evil`,
      `${cid}&origin=web&auth_type=oauth`,
      `auth_type=oauth;&auth_type=socketMode&${cid}&origin=web`,
      `auth_type=%6fauth&${cid}`,
      `${cid}&action=disconnect&auth_type=socketMode`,
      `${cid}&auth_type=oauth&pad=${'x'.repeat(70 * KIB)}`,
      `--x\r\ncontent-disposition: form-data; name="auth_type"\r\n\r\noauth\r\n--x--\r\n`,
    ]);
    const query = one(random, [
      '',
      `?${cid}&auth_type=oauth`,
      `?${cid}&auth_type=oauth;&auth_type=socketMode`,
    ]);
    const headers = [
      `Cookie: ${cookie}`,
      `Content-Type: ${one(random, FORM_TYPES)}`,
      ...one(random, STRANGE),
    ];
    const method = one(random, ['POST', 'POST', 'GET', 'PUT']);
    return { port: portOf(random), bytes: request(`${method} /slack/save${query}`, headers, body) };
  },
  'forged RPC': (random, { connectionId, cookie, tenant }) => {
    const port = portOf(random);
    const identity = one(random, [
      [],
      ['Authorization: Bearer wrong'],
      [`Authorization: Bearer ${tenant.token}`],
      [`Cookie: ${cookie}`, ...one(random, STRANGE)],
    ]);
    const body = one(random, [
      `{"connectionId":"${connectionId}"}`,
      `{"connection_id":"${connectionId}","vars":[{"scope_id":"${connectionId}","name":"auth_type","value":"oauth"}]}`,
      '{"a":['.repeat(20_000),
      'no JSON',
      Buffer.from([0x0a, 0xff, 0xff, 0xff, 0xff, 0x0f]),
      Buffer.alloc(20_000, 0x0a),
    ]);
    // What is the tenant's own he may change; with the other's login only reading methods are tried.
    const path =
      port === 'plugin'
        ? contractPath(random)
        : `/autokitteh.${SERVER_METHODS[Math.floor(random() * 2)] ?? ''}`;
    const headers = [`Content-Type: ${one(random, RPC_TYPES)}`, ...identity];
    return { port, bytes: request(`POST ${path}`, headers, body) };
  },
  'write without a right': (random, { connectionId, tenant }) => {
    const vars = `[{"scopeId":"${connectionId}","name":"auth_type","value":"oauth","isSecret":false}]`;
    const body = one(random, [`{"vars":${vars}}`, `{"scopeId":"${connectionId}","names":["auth_type"]}`]);
    const login = one(random, [[], [`Authorization: Bearer ${tenant.token}`]]);
    const headers = ['Content-Type: application/json', ...login];
    return { port: 'gateway', bytes: request(`POST ${serverPath(random)}`, headers, body) };
  },
  'own variables': (random, { tenant }) => {
    const value = one(random, ['2099-01-01T00:00:00Z', 'xapp-1-A0EVIL-1-evil', '\\u0000', 'x'.repeat(5_000)]);
    const name = one(random, ['socket_mode_saved_at', 'team_name', 'user_name', 'socket_mode_answers']);
    const body = `{"vars":[{"scopeId":"${tenant.connectionId}","name":"${name}","value":"${value}"}]}`;
    const headers = ['Content-Type: application/json', `Authorization: Bearer ${tenant.token}`];
    return { port: 'gateway', bytes: request('POST /autokitteh.vars.v1.VarsService/Set', headers, body) };
  },
  'cross-site operations': (random, { opsToken }) => {
    const basic = `Authorization: Basic ${Buffer.from(`x:${opsToken}`).toString('base64')}`;
    const body = one(random, ['{"all":true}', '{"ids":[1]}', 'x'.repeat(300_000), '[['.repeat(5_000)]);
    const path = one(random, ['/ops/dead-letters/resend', '/ops/dead-letters', '/ops/', '/metrics']);
    const headers = [basic, 'Content-Type: text/plain', ...one(random, STRANGE)];
    return { port: 'plugin', bytes: request(`${one(random, ['POST', 'GET'])} ${path}`, headers, body) };
  },
  'answer of nobody': (random) => {
    const body = one(random, [
      `${'{"a":['.repeat(20_000)}1${']}'.repeat(20_000)}`,
      '{}',
      'no JSON',
      ' '.repeat(300_000),
      '{"__proto__":{"x":1}}',
    ]);
    const ticket = one(random, ['x', '%00', '../save', 'a'.repeat(5_000), '']);
    const headers = ['Content-Type: application/json'];
    return { port: portOf(random), bytes: request(`POST /slack/assets/answers/${ticket}`, headers, body) };
  },
  'broken answer': (random, { tenant }) => {
    const path = one(random, ['/some/page', serverPath(random), `/connections/${tenant.connectionId}/test`]);
    const headers = [
      `${BREAK_HEADER}: ${one(random, BREAKS)}`,
      `Authorization: Bearer ${tenant.token}`,
      `Content-Type: ${one(random, RPC_TYPES)}`,
      ...one(random, [[], ['Accept-Encoding: gzip'], ['Upgrade: websocket', 'Connection: Upgrade']]),
    ];
    const body = `{"connectionId":"${tenant.connectionId}"}`;
    return { port: 'gateway', bytes: request(`${one(random, ['POST', 'GET'])} ${path}`, headers, body) };
  },
};

function serverPath(random: () => number): string {
  return `/autokitteh.${one(random, SERVER_METHODS)}`;
}

function contractPath(random: () => number): string {
  return `/autokitteh.integrations.v1.IntegrationsService/${one(random, CONTRACT_METHODS)}`;
}
