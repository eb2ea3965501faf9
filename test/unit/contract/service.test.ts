import { create, fromBinary } from '@bufbuild/protobuf';
import { Code, createClient, createRouterTransport, type Client } from '@connectrpc/connect';
import fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import { boolean, functionValue, list, string, type Value } from '../../../src/autokitteh/values.js';
import { contractRoutes } from '../../../src/contract/service.js';
import { PluginError } from '../../../src/core/errors.js';
import { Status_Code } from '../../../src/gen/autokitteh/common/v1/common_pb.js';
import {
  CallRequestSchema,
  IntegrationsService,
} from '../../../src/gen/autokitteh/integrations/v1/integrations_pb.js';
import { ValueSchema } from '../../../src/gen/autokitteh/values/v1/values_pb.js';
import { CONNECTION, SLACK, STRANGER, stubContract, type StubContract } from './stubs.js';

let contract: StubContract;
let client: Client<typeof IntegrationsService>;

beforeEach(() => {
  contract = stubContract();
  client = createClient(IntegrationsService, createRouterTransport(contractRoutes(contract)));
});

function bound(name: string, connectionId = CONNECTION): Value {
  return functionValue({ executorId: SLACK, name, data: new TextEncoder().encode(connectionId) });
}

describe('Get and List', () => {
  it('Get and List return the descriptor by id and by name, and nothing for an unknown one', async () => {
    const { integration } = await client.get({ name: 'slack' });
    expect(integration).toMatchObject({
      integrationId: SLACK,
      uniqueName: 'slack',
      connectionUrl: '/slack',
      connectionCapabilities: { supportsConnectionTest: true },
      initialConnectionStatus: { code: Status_Code.INIT_REQUIRED },
    });
    expect(integration?.module?.functions['echo']?.input[1]).toMatchObject({ name: 'as_user', kwarg: true });
    expect((await client.get({ integrationId: SLACK })).integration).toEqual(integration);
    expect(await client.get({ name: 'other' })).not.toHaveProperty('integration');
    expect((await client.list({})).integrations).toHaveLength(1);
    expect((await client.list({ nameSubstring: 'lac' })).integrations).toHaveLength(1);
    expect((await client.list({ nameSubstring: 'github' })).integrations).toHaveLength(0);
  });

  it.each([{}, { integrationId: SLACK, name: 'slack' }, { integrationId: 'int_x' }])(
    'Get and List refuse %j',
    async (request) => {
      await expect(client.get(request)).rejects.toMatchObject({ code: Code.InvalidArgument });
    },
  );
});

describe('status, test and configuration', () => {
  it('Status, test and configuration answer for a connection and for one that is yet to be made', async () => {
    expect(await client.getConnectionStatus({ integrationId: SLACK })).toMatchObject({
      status: { code: Status_Code.INIT_REQUIRED, message: 'new' },
    });
    expect(
      await client.getConnectionStatus({ integrationId: SLACK, connectionId: CONNECTION }),
    ).toMatchObject({
      status: { code: Status_Code.OK, message: '2 sockets' },
    });
    expect(await client.testConnection({ integrationId: SLACK, connectionId: CONNECTION })).toMatchObject({
      status: { code: Status_Code.ERROR, message: 'invalid_auth' },
    });
    expect(
      await client.getConnectionConfig({ integrationId: SLACK, connectionId: CONNECTION }),
    ).toMatchObject({
      config: { private_bot_token: 'xoxb-1' },
    });
  });

  it('Configure returns functions that are bound to the connection', async () => {
    const { config, values } = await client.configure({ integrationId: SLACK, connectionId: CONNECTION });
    expect(config).toEqual({ private_bot_token: 'xoxb-1' });
    expect(Object.keys(values)).toEqual(['echo', 'fail', 'hang', 'break']);
    expect(values['echo']?.function).toMatchObject({ executorId: SLACK, name: 'echo', flags: [] });
    expect(new TextDecoder().decode(values['echo']?.function?.data)).toBe(CONNECTION);
    expect(values['echo']?.function?.desc?.description).toBe('does echo');
    const unbound = await client.configure({ integrationId: SLACK });
    expect(unbound.config).toEqual({});
    expect(unbound.values['echo']?.function?.data).toHaveLength(0);
  });

  it.each(['configure', 'getConnectionStatus', 'testConnection', 'getConnectionConfig'] as const)(
    'The method %s refuses a wrong integration and a malformed connection',
    async (method) => {
      const ask = async (integrationId: string, connectionId: string): Promise<Code | undefined> =>
        client[method]({ integrationId, connectionId }).then(
          () => undefined,
          (error: unknown) => (error as { code: Code }).code,
        );
      expect(await ask('', CONNECTION)).toBe(Code.InvalidArgument);
      expect(await ask('int_x', CONNECTION)).toBe(Code.InvalidArgument);
      expect(await ask('int_3kth00testaf9d33c5697341f0', CONNECTION)).toBe(Code.NotFound);
      expect(await ask(SLACK, 'con_x')).toBe(Code.InvalidArgument);
      expect(await ask(SLACK, 'prj_00000000000000000000000001')).toBe(Code.InvalidArgument);
      expect(contract.live.asked).toEqual([]);
    },
  );

  it('Methods that concern a connection refuse a request without one', async () => {
    const request = { integrationId: SLACK, connectionId: '' };
    await expect(client.testConnection(request)).rejects.toMatchObject({ code: Code.InvalidArgument });
    await expect(client.getConnectionConfig(request)).rejects.toMatchObject({ code: Code.InvalidArgument });
    await expect(client.configure({ ...request, connectionId: STRANGER })).rejects.toMatchObject({
      code: Code.NotFound,
    });
  });

  it('Errors have the right code, and unforeseen errors appear only in the log', async () => {
    const request = { integrationId: SLACK, connectionId: CONNECTION };
    contract.live.failure = new PluginError('server_unavailable', 'the server is down');
    await expect(client.getConnectionStatus(request)).rejects.toMatchObject({
      code: Code.Unavailable,
      rawMessage: 'the server is down',
    });
    contract.live.failure = new PluginError('forbidden', 'our rights do not suffice');
    await expect(client.getConnectionStatus(request)).rejects.toMatchObject({
      code: Code.FailedPrecondition,
    });
    expect(contract.logged).toHaveLength(0);
    contract.live.failure = new TypeError('xoxb-1 is not a function');
    await expect(client.getConnectionStatus(request)).rejects.toMatchObject({
      code: Code.Internal,
      rawMessage: expect.not.stringContaining('xoxb') as string,
    });
    expect(contract.logged).toHaveLength(1);
  });
});

describe('Call', () => {
  it('Call returns a value, or an error that user code can read', async () => {
    const called = await client.call({ integrationId: SLACK, function: bound('echo'), args: [string('hi')] });
    expect(called.value?.string?.v).toBe('hi');
    const { error, value } = await client.call({ integrationId: SLACK, function: bound('fail') });
    expect(value).toBeUndefined();
    expect(error?.value?.struct?.fields['code']?.string?.v).toBe('channel_not_found');
    expect(error?.callstack).toMatchObject([{ name: 'fail' }]);
  });

  it("Call ends at the caller's deadline", async () => {
    const call = client.call({ integrationId: SLACK, function: bound('hang') }, { timeoutMs: 20 });
    await expect(call).rejects.toMatchObject({ code: Code.DeadlineExceeded });
  });

  it('Call never shows an internal error to user code', async () => {
    await expect(client.call({ integrationId: SLACK, function: bound('break') })).rejects.toMatchObject({
      code: Code.Internal,
      rawMessage: expect.not.stringContaining('xoxb') as string,
    });
  });

  it.each([
    [{}, Code.InvalidArgument],
    [{ function: string('echo') }, Code.InvalidArgument],
    [
      {
        function: functionValue({
          executorId: 'int_3kth00testaf9d33c5697341f0',
          name: 'echo',
          data: new Uint8Array(),
        }),
      },
      Code.InvalidArgument,
    ],
    [{ function: bound('echo', '') }, Code.InvalidArgument],
    [{ function: bound('echo', 'con_x') }, Code.InvalidArgument],
    [{ function: bound('') }, Code.InvalidArgument],
    [{ function: bound('__proto__') }, Code.InvalidArgument],
    [{ function: bound('unknown') }, Code.NotFound],
    [{ function: bound('constructor') }, Code.NotFound],
    [{ function: bound('echo', STRANGER) }, Code.NotFound],
    [{ function: bound('echo'), args: [create(ValueSchema)] }, Code.InvalidArgument],
    [{ function: bound('echo'), args: [list([create(ValueSchema)])] }, Code.InvalidArgument],
    [{ function: bound('echo'), kwargs: { '': boolean(true) } }, Code.InvalidArgument],
    [{ function: bound('echo'), kwargs: { a: create(ValueSchema) } }, Code.InvalidArgument],
  ])('Call refuses %j', async (request, code) => {
    await expect(client.call({ integrationId: SLACK, ...request })).rejects.toMatchObject({ code });
  });

  it('Call answers every request that the wire can carry', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 200 }), async (bytes) => {
        let request;
        try {
          request = fromBinary(CallRequestSchema, bytes);
        } catch {
          return;
        }
        await client.call(request).catch((error: unknown) => {
          expect([Code.InvalidArgument, Code.NotFound]).toContain((error as { code: Code }).code);
        });
      }),
    );
  });
});
