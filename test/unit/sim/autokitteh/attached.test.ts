import { create } from '@bufbuild/protobuf';
import { Code, ConnectError } from '@connectrpc/connect';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { recordContract, type RecordedContract } from './contract-under-record.js';
import { eventually } from '../../../helpers/eventually.js';
import { refusalOf } from '../../../helpers/refusal.js';
import { startStandInUnderTest, type TestProject } from '../../../world/server.js';
import { Status_Code } from '../../../../src/gen/autokitteh/common/v1/common_pb.js';
import { integrationIdOf } from '../../../../src/sim/autokitteh/ids.js';
import { ValueSchema } from '../../../../src/gen/autokitteh/values/v1/values_pb.js';

const ID = integrationIdOf('slack_ts');

describe('a stand-in that attaches a contract service', () => {
  let contract: RecordedContract;
  let server: Awaited<ReturnType<typeof startStandInUnderTest>>;
  let statusFails = false;

  beforeEach(async () => {
    statusFails = false;
    contract = await recordContract({
      get: ({ integrationId }) => (integrationId === ID ? { integration: descriptor() } : {}),
      list: () => ({ integrations: [descriptor()] }),
      getConnectionStatus({ connectionId }) {
        if (statusFails) throw new ConnectError('journal is full', Code.ResourceExhausted);
        return connectionId === ''
          ? { status: { code: Status_Code.INIT_REQUIRED, message: 'set me up' } }
          : { status: { code: Status_Code.OK, message: 'two sockets' } };
      },
      testConnection: () => ({ status: { code: Status_Code.WARNING, message: 'tested' } }),
      configure: ({ connectionId }) => ({
        config: { private_bot_token: 'xoxb-1' },
        values: {
          post: create(ValueSchema, {
            function: { executorId: ID, name: 'post', data: new TextEncoder().encode(connectionId) },
          }),
        },
      }),
      call({ function: called, args, kwargs }) {
        if (kwargs['channel']?.string?.v !== 'C1')
          return {
            error: {
              value: { struct: { ctor: { symbol: { name: 'slack_error' } }, fields: {} } },
            },
          };
        const data = new TextDecoder().decode(called?.function?.data);
        return { value: { string: { v: `${data} ${args[0]?.string?.v ?? ''}` } } };
      },
    });
    server = await startStandInUnderTest({ attach: { url: contract.url, token: contract.token } });
  });
  afterEach(async () => {
    await server.stop();
    await contract.stop();
  });

  const project = async (): Promise<TestProject> =>
    server.createProject(await server.createUser(), {
      connections: { sl: { integrationId: ID } },
      triggers: [{ connection: 'sl', call: 'on_event' }],
    });
  const since = (): string[] => contract.calls.splice(0);

  it('The attaching stand-in asks for the descriptor, and for the status of each connection that is made', async () => {
    const user = await server.createUser();
    const connection = { orgId: user.orgId, name: 'sl', integrationId: ID };
    const { connectionId } = await user.clients.connections.create({ connection });
    expect(since()).toEqual([`Get ${ID}`, 'GetConnectionStatus']);
    const stored = (await user.clients.connections.get({ connectionId })).connection;
    expect(stored).toMatchObject({
      status: { message: 'set me up' },
      capabilities: { supportsConnectionTest: true },
    });
  });

  it('The attaching stand-in asks for the status once for a write of three variables, before it answers the write', async () => {
    const { owner, connections } = await project();
    const scopeId = connections['sl'] ?? '';
    since();
    await owner.clients.vars.set({ vars: ['a', 'b', 'c'].map((name) => ({ scopeId, name, value: '1' })) });
    expect(since()).toEqual([`Get ${ID}`, `GetConnectionStatus ${scopeId}`]);
    expect(server.standIn.store.connections.get(scopeId)?.status.message).toBe('two sockets');
  });

  it('The attaching stand-in passes on a failure of the status, with the variables stored', async () => {
    const { owner, connections } = await project();
    const scopeId = connections['sl'] ?? '';
    statusFails = true;
    const set = owner.clients.vars.set({ vars: [{ scopeId, name: 'a', value: '1' }] });
    expect(await refusalOf(set)).toEqual({ code: 'ResourceExhausted', words: 'journal is full' });
    expect(server.standIn.store.vars.get(scopeId)?.get('a')?.value).toBe('1');
  });

  it('The attaching stand-in tests a connection without storing the result', async () => {
    const { owner, connections } = await project();
    const connectionId = connections['sl'] ?? '';
    since();
    expect((await owner.clients.connections.test({ connectionId })).status?.message).toBe('tested');
    expect(since()).toEqual([`Get ${ID}`, `TestConnection ${connectionId}`]);
    expect(server.standIn.store.connections.get(connectionId)?.status.message).toBe('set me up');
  });

  it('The attaching stand-in configures each connection of the project when a session starts, and passes calls on', async () => {
    const built = await project();
    const connectionId = built.connections['sl'] ?? '';
    const seen: unknown[] = [];
    server.standIn.emulate('main.star:on_event', async (session) => {
      seen.push(session.env);
      const args = [create(ValueSchema, { string: { v: 'hello' } })];
      const channel = create(ValueSchema, { string: { v: 'C1' } });
      const posted = await session.call('sl', 'post', { args, kwargs: { channel } });
      const refused = await session.call('sl', 'post');
      seen.push(posted.value?.string?.v, refused.error?.value?.struct?.ctor?.symbol?.name);
    });
    await server.deploy(built);
    since();
    const event = { destinationId: connectionId, eventType: 'message' };
    await server.system.dispatcher.dispatch({ event, wait: true });
    await server.waitForSession(built, (session) => session.state === 'completed');
    expect(since()).toEqual([`Get ${ID}`, `Configure ${connectionId}`, `Call ${ID}`, `Call ${ID}`]);
    expect(seen).toEqual([
      { sl__private_bot_token: 'xoxb-1', sl__connection_id: connectionId },
      `${connectionId} hello`,
      'slack_error',
    ]);
  });

  it('The attaching stand-in fails sessions and makes no connections while the contract service is away', async () => {
    const built = await project();
    await server.deploy(built);
    await contract.stop();
    const event = { destinationId: built.connections['sl'] ?? '', eventType: 'message' };
    await server.system.dispatcher.dispatch({ event, wait: true });
    await server.waitForSession(built, (session) => session.state === 'error');
    const connection = { orgId: built.owner.orgId, name: 'other', integrationId: ID };
    const refusal = await refusalOf(built.owner.clients.connections.create({ connection }));
    expect(refusal.words).toContain('unknown connect error');
  });

  it('The attaching stand-in lists the attached integration beside its own', async () => {
    const { integrations } = await server.system.integrations.list({});
    expect(integrations.map((listed) => listed.uniqueName).sort()).toEqual(['slack', 'slack_ts']);
    expect((await server.system.integrations.get({ name: 'slack_ts' })).integration?.integrationId).toBe(ID);
    await eventually(() => contract.calls.length > 0, 'a question to the contract service');
  });
});

function descriptor() {
  return {
    integrationId: ID,
    uniqueName: 'slack_ts',
    displayName: 'Slack (TypeScript)',
    connectionUrl: 'http://127.0.0.1:1/slack',
    connectionCapabilities: { supportsConnectionTest: true, supportsConnectionInit: true },
  };
}
