import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { refusalOf } from '../helpers/refusal.js';
import { SLACK } from '../world/server.js';
import { Status_Code, type Status } from '../../src/gen/autokitteh/common/v1/common_pb.js';
import { useServer } from './use-server.js';

const UNKNOWN = 'con_01hzzzzzzzzzzzzzzzzzzzzzzz';

describe('integrations and connections', () => {
  const given = useServer();

  const statusOf = async (connectionId: string): Promise<Pick<Status, 'code' | 'message'> | undefined> => {
    const { connection } = await given.user.clients.connections.get({ connectionId });
    return connection?.status && { code: connection.status.code, message: connection.status.message };
  };
  const setAuthType = (connectionId: string, value: string) =>
    given.user.clients.vars.set({ vars: [{ scopeId: connectionId, name: 'auth_type', value }] });

  it('The server has the built-in entry slack', async () => {
    const { integration } = await given.user.clients.integrations.get({ integrationId: SLACK });
    expect(integration).toMatchObject({
      integrationId: SLACK,
      uniqueName: 'slack',
      displayName: 'Slack',
      connectionUrl: '/slack',
      connectionCapabilities: {
        supportsConnectionTest: true,
        supportsConnectionInit: true,
        requiresConnectionInit: true,
      },
    });
    expect((await given.user.clients.integrations.get({ name: 'slack' })).integration?.integrationId).toBe(
      SLACK,
    );
    const { integrations } = await given.user.clients.integrations.list({});
    expect(integrations.map((listed) => listed.uniqueName)).toContain('slack');
  });

  it('The server answers nothing for an unknown integration, and refuses an id together with a name', async () => {
    expect(await given.user.clients.integrations.get({ name: 'no_such' })).not.toHaveProperty('integration');
    const both = { integrationId: SLACK, name: 'slack' };
    expect(await refusalOf(given.user.clients.integrations.get(both))).toEqual({
      code: 'InvalidArgument',
      words: 'validation error:\n - integration_id and name are mutually exclusive [integration_id_xor_name]',
    });
  });

  it.each(['configure', 'testConnection', 'getConnectionStatus', 'getConnectionConfig', 'call'] as const)(
    'The server implements no %s of its own',
    async (method) => {
      const name = `${method.charAt(0).toUpperCase()}${method.slice(1)}`;
      expect(await refusalOf(given.user.clients.integrations[method]({ integrationId: SLACK }))).toEqual({
        code: 'Unimplemented',
        words: `autokitteh.integrations.v1.IntegrationsService.${name} is not implemented`,
      });
    },
  );

  it('The server gives a new connection capabilities, links and the status of one that is not set up', async () => {
    const { connectionId, project } = await given.project();
    const { connection } = await given.user.clients.connections.get({ connectionId });
    expect(connection).toMatchObject({
      connectionId,
      projectId: project.projectId,
      orgId: given.user.orgId,
      name: 'sl',
      status: { code: Status_Code.INIT_REQUIRED, message: 'Init required' },
      links: {
        self_url: `/connections/${connectionId}`,
        init_url: `/connections/${connectionId}/init`,
        test_url: `/connections/${connectionId}/test`,
      },
    });
  });

  it('The server answers nothing for an unknown connection, and an unknown error for a malformed id', async () => {
    expect(await given.user.clients.connections.get({ connectionId: UNKNOWN })).not.toHaveProperty(
      'connection',
    );
    expect(await refusalOf(given.user.clients.connections.get({ connectionId: 'abc' }))).toEqual({
      code: 'Unknown',
      words: "invalid prefix: ''. Subtype requires prefix to match 'con'",
    });
  });

  it('The server keeps names unique in a project, over its organisation too', async () => {
    const { project } = await given.project();
    const again = { projectId: project.projectId, name: 'sl', integrationId: SLACK };
    const ofOrg = { orgId: given.user.orgId, name: 'sl', integrationId: SLACK };
    const refused = { code: 'AlreadyExists', words: 'already_exists' };
    expect(await refusalOf(given.user.clients.connections.create({ connection: again }))).toEqual(refused);
    expect(await refusalOf(given.user.clients.connections.create({ connection: ofOrg }))).toEqual(refused);
  });

  it('The server stores a status that is pushed without a name, and refuses one with the unchanged name', async () => {
    const { connectionId } = await given.project();
    const status = { code: Status_Code.WARNING, message: 'one socket of two' };
    await given.server.system.connections.update({ connection: { connectionId, status } });
    expect(await statusOf(connectionId)).toEqual(status);
    const named = { connectionId, name: 'sl', status: { code: Status_Code.OK, message: 'renamed' } };
    expect(await refusalOf(given.server.system.connections.update({ connection: named }))).toEqual({
      code: 'AlreadyExists',
      words: 'already_exists',
    });
    expect(await statusOf(connectionId)).toEqual(status);
  });

  it('The server puts the built-in status back after a refresh and after every write of variables', async () => {
    const { connectionId } = await given.project();
    const builtIn = { code: Status_Code.OK, message: 'Using Socket Mode' };
    const pushed = { code: Status_Code.ERROR, message: 'no socket' };
    const push = () =>
      given.server.system.connections.update({ connection: { connectionId, status: pushed } });
    await setAuthType(connectionId, 'socketMode');
    expect(await statusOf(connectionId)).toEqual(builtIn);

    await push();
    expect((await given.user.clients.connections.refreshStatus({ connectionId })).status).toMatchObject(
      builtIn,
    );
    expect(await statusOf(connectionId)).toEqual(builtIn);
    await push();
    await given.user.clients.vars.set({ vars: [{ scopeId: connectionId, name: 'team_id', value: 'T1' }] });
    expect(await statusOf(connectionId)).toEqual(builtIn);
    await push();
    await given.user.clients.vars.delete({ scopeId: connectionId, names: ['team_id'] });
    expect(await statusOf(connectionId)).toEqual(builtIn);
  });

  it.each([
    ['socketMode', Status_Code.OK, 'Using Socket Mode'],
    ['oauthDefault', Status_Code.INIT_REQUIRED, 'Init required'],
    ['socket', Status_Code.ERROR, 'Bad auth type'],
  ])('The server calls a connection whose auth type is %s: %s %s', async (authType, code, message) => {
    const { connectionId } = await given.project();
    await setAuthType(connectionId, authType);
    expect(await statusOf(connectionId)).toEqual({ code, message });
  });

  it("The server tests a Socket Mode connection with its bot token, and returns the result as an error's message", async () => {
    const { connectionId } = await given.project();
    await setAuthType(connectionId, 'socketMode');
    const { status } = await given.user.clients.connections.test({ connectionId });
    expect(status?.code).toBe(Status_Code.ERROR);
    expect(status?.message).not.toBe('');
    expect(await statusOf(connectionId)).toEqual({ code: Status_Code.OK, message: 'Using Socket Mode' });
  });

  it('The server deletes a connection and its variables, but not while a trigger refers to it', async () => {
    const project = await given.server.createProject(given.user, {
      connections: { sl: {} },
      triggers: [{ connection: 'sl', call: 'on_event' }],
    });
    const connectionId = project.connections['sl'] ?? '';
    await given.user.clients.vars.set({ vars: [{ scopeId: connectionId, name: 'a', value: 'b' }] });
    expect(await refusalOf(given.user.clients.connections.delete({ connectionId }))).toEqual({
      code: 'Unknown',
      words: 'db: cannot delete a connection that has associated triggers',
    });
    await given.user.clients.triggers.delete({ triggerId: project.triggerIds[0] ?? '' });
    await given.user.clients.connections.delete({ connectionId });
    expect(await given.user.clients.connections.get({ connectionId })).not.toHaveProperty('connection');
    expect((await given.server.system.vars.get({ scopeId: connectionId })).vars).toEqual([]);
  });

  const program = process.env['AK_BIN'];
  if (program !== undefined) {
    it('The server answers the ak program', async () => {
      const { connectionId } = await given.project();
      const ak = async (...args: string[]): Promise<string> => {
        const { stdout, stderr } = await promisify(execFile)(
          program,
          ['--token', given.user.token, ...args],
          {
            env: {
              ...process.env,
              AK_HTTP__SERVICE_URL: given.server.url,
              HTTPS_PROXY: 'http://127.0.0.1:9',
            },
          },
        );
        return stdout + stderr;
      };
      const status = { code: Status_Code.WARNING, message: 'pushed' };
      await given.server.system.connections.update({ connection: { connectionId, status } });
      expect(await ak('integration', 'get', 'slack')).toContain(SLACK);
      expect(await ak('-j', 'connection', 'get', connectionId)).toContain('"message":"pushed"');
      expect(await ak('connection', 'test', connectionId)).toContain('Init required');
      expect(await ak('connection', 'init', connectionId)).toContain(`/connections/${connectionId}/init/cli`);
    });
  }
});
