import { request as httpRequest } from 'node:http';
import { connect as http2Connect } from 'node:http2';
import { toBinary } from '@bufbuild/protobuf';
import { Code, createClient, type Transport } from '@connectrpc/connect';
import {
  createConnectTransport,
  createGrpcTransport,
  createGrpcWebTransport,
  Http2SessionManager,
} from '@connectrpc/connect-node';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Credential } from '../../../src/core/credential.js';
import { functionValue, integer } from '../../../src/autokitteh/values.js';
import { startContractServer } from '../../../src/contract/server.js';
import { startDualServer, type DualServer } from '../../../src/http/dual-server.js';
import { systemClock } from '../../../src/core/clock.js';
import { Readiness } from '../../../src/core/readiness.js';
import {
  CallRequestSchema,
  IntegrationsService,
} from '../../../src/gen/autokitteh/integrations/v1/integrations_pb.js';
import { ValueSchema } from '../../../src/gen/autokitteh/values/v1/values_pb.js';
import {
  Health,
  HealthCheckResponse_ServingStatus as Serving,
} from '../../../src/gen/grpc/health/v1/health_pb.js';
import { PORT_LIMITS } from '../../../src/http/limits.js';
import { HandClock } from '../../helpers/hand-clock.js';
import { textOver2 } from '../../helpers/raw-request.js';
import { CONNECTION, SLACK, stubContract } from './stubs.js';

const TOKEN = 'a-credential-of-the-plugin';
const PORT = { connections: 64, refused: () => undefined, clock: systemClock };
let server: DualServer;
const sessions: Http2SessionManager[] = [];
let readiness = readyUnless(() => undefined);

function readyUnless(missing: () => string | undefined): Readiness {
  return new Readiness({ clock: new HandClock(), limitMs: 60_000, missing });
}

async function start(token: string, missing: () => string | undefined = () => undefined): Promise<void> {
  readiness = readyUnless(missing);
  readiness.opened();
  server = await startContractServer({
    ...stubContract(),
    listen: { host: '127.0.0.1', port: 0 },
    credential: new Credential(token),
    readiness,
    fallback: (_request, response) => {
      response.writeHead(200, { 'content-type': 'text/plain' });
      response.end('a page');
    },
    ...PORT,
    log: { error: () => undefined, warn: () => undefined },
  });
}

afterEach(async () => {
  for (const session of sessions.splice(0)) session.abort();
  await server.stop(2000);
  expect(readiness.changed.subscriberCount).toBe(0);
});

const url = (): string => `http://127.0.0.1:${server.port}`;

function overHttp2(): { baseUrl: string; sessionManager: Http2SessionManager } {
  const sessionManager = new Http2SessionManager(url());
  sessions.push(sessionManager);
  return { baseUrl: url(), sessionManager };
}

const TRANSPORTS: readonly (readonly [string, () => Transport])[] = [
  ['Connect over HTTP/1.1', () => createConnectTransport({ baseUrl: url(), httpVersion: '1.1' })],
  [
    'Connect with JSON',
    () => createConnectTransport({ baseUrl: url(), httpVersion: '1.1', useBinaryFormat: false }),
  ],
  ['Connect over HTTP/2', () => createConnectTransport({ ...overHttp2(), httpVersion: '2' })],
  ['gRPC', () => createGrpcTransport(overHttp2())],
  ['gRPC-Web over HTTP/1.1', () => createGrpcWebTransport({ baseUrl: url(), httpVersion: '1.1' })],
  ['gRPC-Web over HTTP/2', () => createGrpcWebTransport({ ...overHttp2(), httpVersion: '2' })],
];

const credential = { headers: { authorization: `Bearer ${TOKEN}` } };

describe("the plugin's own port", () => {
  beforeEach(() => start(TOKEN));

  it.each(TRANSPORTS)('The plugin port answers %s only with the credential', async (_name, transport) => {
    const client = createClient(IntegrationsService, transport());
    const request = { integrationId: SLACK, connectionId: CONNECTION };
    expect((await client.configure(request, credential)).config).toEqual({ private_bot_token: 'xoxb-1' });
    for (const authorization of ['', `Bearer ${TOKEN}x`, `Basic ${TOKEN}`, 'Bearer', 'Bearer ', TOKEN]) {
      const call = client.configure(request, { headers: { authorization } });
      await expect(call, authorization).rejects.toMatchObject({ code: Code.Unauthenticated });
    }
    const wrong = client.testConnection({ integrationId: SLACK }, credential);
    await expect(wrong).rejects.toMatchObject({ code: Code.InvalidArgument });
  });

  it.each(TRANSPORTS)('The plugin port tells probes over %s whether it serves', async (_name, transport) => {
    const client = createClient(Health, transport());
    expect((await client.check({}, credential)).status).toBe(Serving.SERVING);
    readiness.stop();
    const service = IntegrationsService.typeName;
    expect((await client.check({ service }, credential)).status).toBe(Serving.NOT_SERVING);
    await expect(client.check({ service: 'x.Y' }, credential)).rejects.toMatchObject({ code: Code.NotFound });
    // Probes have no credential.
    expect((await client.check({})).status).toBe(Serving.NOT_SERVING);
  });

  it('The plugin port tells health watchers of each change, ends their streams at the stop and forgets those that left', async () => {
    let missing: string | undefined = 'a socket';
    await server.stop(0);
    await start(TOKEN, () => missing);
    const client = createClient(Health, createGrpcTransport(overHttp2()));
    const left = new AbortController();
    const leaver = client.watch({}, { ...credential, signal: left.signal })[Symbol.asyncIterator]();
    expect((await leaver.next()).value).toMatchObject({ status: Serving.NOT_SERVING });
    left.abort();
    await expect(leaver.next()).rejects.toMatchObject({ code: Code.Canceled });
    const seen: Serving[] = [];
    for await (const { status } of client.watch({}, credential)) {
      seen.push(status);
      missing = undefined;
      if (seen.length === 1) readiness.look();
      else readiness.stop();
    }
    expect(seen).toEqual([Serving.NOT_SERVING, Serving.SERVING, Serving.NOT_SERVING]);
  });

  it('The plugin port serves other requests than RPCs on the same port, over both protocols', async () => {
    expect(await (await fetch(`${url()}/slack`)).text()).toBe('a page');
    const session = http2Connect(url());
    expect(await textOver2(session, '/slack')).toBe('a page');
    await new Promise<void>((resolve) => session.close(resolve));
  });

  it('The plugin port accepts headers as long as the gateway does', async () => {
    const headers = { 'x-long': 'x'.repeat(PORT_LIMITS.headBytes - 1_024) };
    expect((await fetch(`${url()}/slack`, { headers })).status).toBe(200);
    const tooLong = { 'x-long': 'x'.repeat(PORT_LIMITS.headBytes) };
    expect((await fetch(`${url()}/slack`, { headers: tooLong })).status).toBe(431);
  });

  it('The plugin port refuses requests that it cannot read, and keeps working', async () => {
    const path = '/autokitteh.integrations.v1.IntegrationsService/Call';
    const post = (type: string, body: string | Uint8Array<ArrayBuffer>): Promise<Response> =>
      fetch(`${url()}${path}`, {
        method: 'POST',
        headers: { ...credential.headers, 'content-type': type },
        body,
      });
    expect((await post('application/proto', new Uint8Array([255, 255, 255]))).status).toBe(400);
    expect((await post('application/json', '{"function": 7}')).status).toBe(400);
    expect((await post('text/plain', 'x')).status).toBe(415);
    expect((await post('application/proto', new Uint8Array(17 * 1024 * 1024))).status).toBe(429);
    expect((await post('application/proto', nestedCall(5000))).status).toBe(400);
    expect((await fetch(`${url()}${path}`)).status).toBe(405);
    expect((await post('application/json', '{}')).status).toBe(400);
  });
});

describe('a caller on this machine', () => {
  beforeEach(() => start(TOKEN));

  it.each(['127.0.0.1', 'localhost', 'evil.example:9983'])(
    'A caller on this machine needs the credential too, whatever host it names: %s',
    async (host) => {
      const status = await new Promise<number>((resolve, reject) => {
        const path = '/autokitteh.integrations.v1.IntegrationsService/List';
        const options = { method: 'POST', headers: { 'content-type': 'application/json', host } };
        httpRequest(`${url()}${path}`, options, (response) => {
          response.resume().once('end', () => resolve(response.statusCode ?? 0));
        })
          .once('error', reject)
          .end('{}');
      });
      expect(status).toBe(401);
    },
  );
});

it('The plugin port reports that its address is in use', async () => {
  await start(TOKEN);
  const again = startDualServer({
    host: '127.0.0.1',
    port: server.port,
    handler: () => undefined,
    ...PORT,
  });
  await expect(again).rejects.toMatchObject({
    code: 'bad_config',
    message: expect.stringContaining('set PLUGIN_LISTEN') as string,
  });
});

/** A call whose argument is a list in a list in a list ... */
function nestedCall(depth: number): Uint8Array<ArrayBuffer> {
  const data = new TextEncoder().encode(CONNECTION);
  const echo = functionValue({ executorId: SLACK, name: 'echo', data });
  let bytes = toBinary(ValueSchema, integer(1n));
  for (let level = 0; level < depth; level++) bytes = wrapped(wrapped(bytes, 1), 6);
  const call = toBinary(CallRequestSchema, {
    $typeName: 'autokitteh.integrations.v1.CallRequest',
    integrationId: SLACK,
    function: echo,
    args: [],
    kwargs: {},
  });
  return new Uint8Array(Buffer.concat([call, wrapped(bytes, 3)]));
}

function wrapped(bytes: Uint8Array, field: number): Uint8Array<ArrayBuffer> {
  const length: number[] = [];
  let rest = bytes.length;
  for (; rest > 127; rest >>>= 7) length.push((rest & 127) | 128);
  return new Uint8Array(Buffer.concat([Buffer.from([(field << 3) | 2, ...length, rest]), bytes]));
}
