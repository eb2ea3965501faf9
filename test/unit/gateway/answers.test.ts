import { gunzipSync, gzipSync } from 'node:zlib';
import { create, fromBinary, toBinary, toJsonString } from '@bufbuild/protobuf';
import { WireType } from '@bufbuild/protobuf/wire';
import { Code, ConnectError, createClient, type ConnectRouter, type Transport } from '@connectrpc/connect';
import { createConnectTransport, createGrpcWebTransport } from '@connectrpc/connect-node';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Status_Code } from '../../../src/gen/autokitteh/common/v1/common_pb.js';
import { ConnectionsService } from '../../../src/gen/autokitteh/connections/v1/connections_pb.js';
import { DeploymentsService } from '../../../src/gen/autokitteh/deployments/v1/deployments_pb.js';
import {
  GetRequestSchema,
  GetResponseSchema,
  IntegrationSchema,
  IntegrationsService,
} from '../../../src/gen/autokitteh/integrations/v1/integrations_pb.js';
import { SetRequestSchema, VarsService } from '../../../src/gen/autokitteh/vars/v1/vars_pb.js';
import { eventually } from '../../helpers/eventually.js';
import { startConnectUpstream } from '../autokitteh/connect-upstream.js';
import { CONNECTION, SLACK, STRANGER } from '../contract/stubs.js';
import { send, startRig, type Rig } from './rig.js';

let rig: Rig;
const GITHUB = 'int_3kthg1thvba289cb8a24d796a9';

// A field that this program does not know, as a newer server may send: number 100, a string.
const UNKNOWN = { no: 100, wireType: WireType.LengthDelimited, data: new Uint8Array([3, 110, 101, 119]) };

const builtIn = create(IntegrationSchema, {
  integrationId: SLACK,
  uniqueName: 'slack',
  displayName: 'Slack',
  logoUrl: '/static/images/slack.svg',
  connectionUrl: '/slack',
  module: {},
});
builtIn.$unknown = [UNKNOWN];

function routes(router: ConnectRouter): void {
  const status = { code: Status_Code.OK, message: 'Using Socket Mode' };
  const answer = ({ connectionId }: { connectionId: string }): { status: typeof status } => {
    if (connectionId === STRANGER) throw new ConnectError('unauthorized', Code.PermissionDenied);
    return { status };
  };
  router.rpc(ConnectionsService.method.test, answer);
  router.rpc(ConnectionsService.method.refreshStatus, answer);
  router.rpc(ConnectionsService.method.create, () => ({ connectionId: CONNECTION }));
  router.rpc(ConnectionsService.method.list, () => ({}));
  router.rpc(DeploymentsService.method.activate, () => ({}));
  router.rpc(VarsService.method.set, ({ vars }) => {
    if (vars.length === 0) throw new ConnectError('nothing to set', Code.InvalidArgument);
    return {};
  });
  router.rpc(VarsService.method.delete, () => ({}));
  router.rpc(VarsService.method.get, () => ({}));
  const github = create(IntegrationSchema, {
    integrationId: GITHUB,
    uniqueName: 'github',
    logoUrl: '/gh.svg',
  });
  router.rpc(IntegrationsService.method.list, () => ({ integrations: [github, builtIn] }));
  router.rpc(IntegrationsService.method.get, ({ name }) => ({
    ...(name === 'slack' ? { integration: builtIn } : name === 'github' ? { integration: github } : {}),
  }));
}

beforeEach(async () => {
  rig = await startRig(await startConnectUpstream(routes));
  rig.socketMode.add(CONNECTION).add(STRANGER);
});
afterEach(() => rig.stop());

const TRANSPORTS: readonly (readonly [string, () => Transport])[] = [
  ['Connect', () => createConnectTransport({ baseUrl: rig.url, httpVersion: '1.1' })],
  [
    'Connect, JSON',
    () => createConnectTransport({ baseUrl: rig.url, httpVersion: '1.1', useBinaryFormat: false }),
  ],
  ['gRPC-Web', () => createGrpcWebTransport({ baseUrl: rig.url, httpVersion: '1.1' })],
];

describe.each(TRANSPORTS)('The answers of the gateway over %s', (_name, transport) => {
  it("Test and RefreshStatus of a Socket Mode connection get the contract's answer, which is stored", async () => {
    const client = createClient(ConnectionsService, transport());
    const tested = await client.test({ connectionId: CONNECTION });
    expect(tested.status).toMatchObject({ code: Status_Code.ERROR, message: 'invalid_auth' });
    const refreshed = await client.refreshStatus({ connectionId: CONNECTION });
    expect(refreshed.status).toMatchObject({ code: Status_Code.OK, message: '2 sockets' });
    expect(rig.pushed).toEqual([
      [CONNECTION, { code: 'error', message: 'invalid_auth' }],
      [CONNECTION, { code: 'ok', message: '2 sockets' }],
    ]);
  });

  it("A refusal of the server keeps its words, and another connection gets the server's answer", async () => {
    const client = createClient(ConnectionsService, transport());
    const headers = { authorization: 'Bearer theirs', cookie: 'ak_user_session=x' };
    await expect(client.test({ connectionId: STRANGER }, { headers })).rejects.toMatchObject({
      code: Code.PermissionDenied,
      rawMessage: 'unauthorized',
    });
    expect(rig.upstream.seen.at(-1)?.headers).toMatchObject(headers);
    rig.socketMode.clear();
    expect((await client.test({ connectionId: CONNECTION })).status?.message).toBe('Using Socket Mode');
    expect((await client.refreshStatus({ connectionId: 'con_x' })).status?.message).toBe('Using Socket Mode');
    expect(rig.pushed).toEqual([]);
  });

  it("Get and List have the program's descriptor in place of the server's entry, and nothing else changes", async () => {
    const client = createClient(IntegrationsService, transport());
    const { integration } = await client.get({ name: 'slack' });
    expect(integration).toMatchObject({
      integrationId: SLACK,
      logoUrl: '/slack/assets/icon.svg',
      initialConnectionStatus: { code: Status_Code.INIT_REQUIRED },
      connectionCapabilities: { supportsConnectionTest: true },
    });
    expect(integration?.module?.functions).toEqual({});
    const { integrations } = await client.list({});
    expect(integrations.map(({ logoUrl }) => logoUrl)).toEqual(['/gh.svg', '/slack/assets/icon.svg']);
    expect((await client.get({ name: 'github' })).integration?.logoUrl).toBe('/gh.svg');
    expect(await client.get({ name: 'other' })).not.toHaveProperty('integration');
  });

  it('Writes that concern connections are noticed with their ids; reads and refusals are not', async () => {
    const vars = createClient(VarsService, transport());
    await vars.set({
      vars: [
        { scopeId: CONNECTION, name: 'a', value: 'b' },
        { scopeId: CONNECTION, name: 'c', value: 'd' },
        { scopeId: STRANGER, name: 'a', value: 'b' },
      ],
    });
    await vars.delete({ scopeId: CONNECTION });
    await vars.get({ scopeId: CONNECTION });
    await eventually(() => rig.noticed.length >= 3, 'both writes are noticed');
    expect(rig.noticed.splice(0)).toEqual([CONNECTION, STRANGER, CONNECTION]);
    await vars.set({ vars: [{ scopeId: 'prj_00000000000000000000000001', name: 'a', value: 'b' }] });
    await createClient(ConnectionsService, transport()).create({});
    await createClient(ConnectionsService, transport()).list({});
    await createClient(DeploymentsService, transport()).activate({ deploymentId: 'x' });
    // The first at once, all others together when the second is over.
    await eventually(() => rig.noticed.length >= 2, 'the writes are noticed');
    expect(rig.noticed.splice(0)).toEqual([undefined, undefined]);
  });
});

const RPC = '/autokitteh.integrations.v1.IntegrationsService/Get';

describe('The bodies of calls that the gateway answers', () => {
  it('A packed request is read, and its wish for a packed answer is not passed on where the gateway must read', async () => {
    const body = gzipSync(toBinary(GetRequestSchema, create(GetRequestSchema, { name: 'slack' })));
    const headers = {
      'content-type': 'application/proto',
      'content-encoding': 'gzip',
      'accept-encoding': 'gzip',
    };
    const reply = await send(rig.url, RPC, { method: 'POST', headers, body });
    const { integration } = fromBinary(GetResponseSchema, reply.body);
    expect(integration?.logoUrl).toBe('/slack/assets/icon.svg');
    expect(rig.upstream.seen.at(-1)?.headers).not.toHaveProperty('accept-encoding');
    const set = create(SetRequestSchema, { vars: [{ scopeId: CONNECTION, name: 'a', value: 'b' }] });
    await send(rig.url, '/autokitteh.vars.v1.VarsService/Set', {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'content-encoding': 'gzip' },
      body: gzipSync(toJsonString(SetRequestSchema, set)),
    });
    await eventually(() => rig.noticed.length > 0, 'the write is noticed');
    expect(rig.noticed).toEqual([CONNECTION]);
  });

  it('Unknown fields of a request are kept', async () => {
    const body = toBinary(GetRequestSchema, create(GetRequestSchema, { name: 'slack' }));
    const reply = await send(rig.url, RPC, {
      method: 'POST',
      headers: { 'content-type': 'application/proto' },
      body,
    });
    const { integration } = fromBinary(GetResponseSchema, new Uint8Array(reply.body));
    expect(integration?.$unknown).toEqual([UNKNOWN]);
  });

  it('A request that the gateway cannot read is left to the server', async () => {
    const test = '/autokitteh.connections.v1.ConnectionsService/Test';
    for (const [type, body] of [
      ['application/json', '{"connectionId": '],
      ['application/json', '[]'],
      ['application/proto', '\u00ff\u00ff\u00ff'],
      ['application/grpc-web+proto', '\u0000\u0000\u0000'],
      ['text/plain', 'hello'],
      ['application/grpc-web-text', 'AAAAAAA='],
      ['application/json', `{"connectionId": "${'x'.repeat(20_000)}"}`],
    ] as const) {
      const reply = await send(rig.url, test, {
        method: 'POST',
        headers: { 'content-type': type },
        body: Buffer.from(body, 'latin1'),
      });
      const direct = await send(rig.upstream.url, test, {
        method: 'POST',
        headers: { 'content-type': type },
        body: Buffer.from(body, 'latin1'),
      });
      expect([reply.status, reply.body.toString()], body).toEqual([direct.status, direct.body.toString()]);
    }
    expect(rig.pushed).toEqual([]);
  });
});

describe('The answers of the gateway to JSON as the server writes it', () => {
  it.each([
    ['integrationId', 'logoUrl', 'connectionUrl'],
    ['integration_id', 'logo_url', 'connection_url'],
  ])("The program's fields are spelt as %s is, and unknown ones are kept", async (id, logo, connection) => {
    await rig.stop();
    rig = await startRig((_request, response) => {
      response.writeHead(200, { 'content-type': 'application/json', 'x-kept': 'yes' });
      response.end(
        JSON.stringify({
          integrations: [
            { [id]: GITHUB, [logo]: '/gh.svg' },
            { [id]: SLACK, [logo]: '/old.svg', module: {}, brandNew: 1 },
          ],
          more: true,
        }),
      );
    });
    const list = '/autokitteh.integrations.v1.IntegrationsService/List';
    const headers = { 'content-type': 'application/json' };
    const reply = await send(rig.url, list, { method: 'POST', headers, body: '{}' });
    expect(reply.headers).toMatchObject({ 'x-kept': 'yes', 'content-length': String(reply.body.length) });
    expect(JSON.parse(reply.body.toString())).toMatchObject({
      integrations: [
        { [id]: GITHUB, [logo]: '/gh.svg' },
        { [id]: SLACK, [logo]: '/slack/assets/icon.svg', [connection]: '/slack', module: {}, brandNew: 1 },
      ],
      more: true,
    });
  });

  it('An answer that is packed without a request or is not JSON is passed on as it is', async () => {
    await rig.stop();
    const packed = gzipSync('{"integration":{}}');
    rig = await startRig((request, response) => {
      const encoding = request.headers['x-packed'] === undefined ? {} : { 'content-encoding': 'gzip' };
      response.writeHead(200, { 'content-type': 'application/json', ...encoding });
      response.end(request.headers['x-packed'] === undefined ? '[]' : packed);
    });
    const headers = { 'content-type': 'application/json' };
    const first = await send(rig.url, RPC, {
      method: 'POST',
      headers: { ...headers, 'x-packed': '1' },
      body: '{}',
    });
    expect(gunzipSync(first.body).toString()).toBe('{"integration":{}}');
    expect((await send(rig.url, RPC, { method: 'POST', headers, body: '{}' })).body.toString()).toBe('[]');
  });
});

describe('the pages /connections/{id}/test and /refresh', () => {
  it("The pages /connections/{id}/test and /refresh are the server's until it permits, and then the contract's", async () => {
    await rig.stop();
    rig = await startRig((request, response) => {
      if (request.headers.cookie === undefined) {
        response.writeHead(401).end('unauthenticated\n');
        return;
      }
      response.writeHead(200, { 'content-type': 'text/plain; charset=utf-8', trailer: 'X-T' });
      response.write('{"code":"CODE_OK","message":"Using Socket Mode"}\n');
      response.addTrailers({ 'X-T': '1' });
      response.end();
    });
    const ask = (id: string, what: string, headers = {}): ReturnType<typeof send> =>
      send(rig.url, `/connections/${id}/${what}`, { method: 'POST', headers });
    rig.socketMode.add(CONNECTION);
    const cookie = { cookie: 'ak_user_session=x' };
    expect((await ask(CONNECTION, 'test')).body.toString()).toBe('unauthenticated\n');
    const tested = await ask(CONNECTION, 'test', cookie);
    expect(JSON.parse(tested.body.toString())).toEqual({ code: 'CODE_ERROR', message: 'invalid_auth' });
    const refreshed = await ask(CONNECTION, 'refresh', cookie);
    expect(JSON.parse(refreshed.body.toString())).toEqual({ code: 'CODE_OK', message: '2 sockets' });
    const others = await ask(STRANGER, 'refresh', cookie);
    expect(others.body.toString()).toBe('{"code":"CODE_OK","message":"Using Socket Mode"}\n');
    expect(others.trailers).toEqual({ 'x-t': '1' });
    expect(rig.pushed.map(([id]) => id)).toEqual([CONNECTION, CONNECTION]);
  });
});

it('A status that cannot be stored is answered all the same', async () => {
  rig.store = () => Promise.reject(new Error('the server is busy'));
  const client = createClient(
    ConnectionsService,
    createConnectTransport({ baseUrl: rig.url, httpVersion: '1.1' }),
  );
  expect((await client.test({ connectionId: CONNECTION })).status?.message).toBe('invalid_auth');
  expect(rig.logged).toHaveLength(1);
});
