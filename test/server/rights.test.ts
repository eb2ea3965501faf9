import { beforeAll, describe, expect, it } from 'vitest';
import { refusalOf } from '../helpers/refusal.js';
import { SLACK, type TestProject, type TestUser } from '../world/server.js';
import { Status_Code } from '../../src/gen/autokitteh/common/v1/common_pb.js';
import { useServer } from './use-server.js';

describe('The rights of users', () => {
  const given = useServer();
  let stranger: TestUser;
  let project: TestProject;
  let connectionId: string;

  beforeAll(async () => {
    stranger = await given.server.createUser();
    ({ project, connectionId } = await given.project());
    await project.owner.clients.vars.set({
      vars: [{ scopeId: connectionId, name: 'private_bot_token', value: 'xoxb-secret', isSecret: true }],
    });
  });

  it("Another user's connection looks as if it did not exist", async () => {
    expect(await stranger.clients.connections.get({ connectionId })).not.toHaveProperty('connection');
    expect(await refusalOf(stranger.clients.vars.get({ scopeId: connectionId }))).toEqual({
      code: 'NotFound',
      words: 'not_found',
    });
  });

  it("Another user's connection can be neither changed nor tested", async () => {
    const { vars, connections } = stranger.clients;
    const status = { code: Status_Code.OK, message: 'mine' };
    const refused = { code: 'PermissionDenied', words: 'unauthorized' };
    expect(await refusalOf(vars.set({ vars: [{ scopeId: connectionId, name: 'a', value: 'b' }] }))).toEqual(
      refused,
    );
    expect(await refusalOf(vars.delete({ scopeId: connectionId }))).toEqual(refused);
    expect(await refusalOf(connections.test({ connectionId }))).toEqual(refused);
    expect(await refusalOf(connections.refreshStatus({ connectionId }))).toEqual(refused);
    expect(await refusalOf(connections.update({ connection: { connectionId, status } }))).toEqual(refused);
    expect((await refusalOf(connections.delete({ connectionId }))).code).toBe('NotFound');
  });

  it("Another user's connection has no set-up page", async () => {
    const url = `${given.server.url}/connections/${connectionId}/init/cli`;
    const theirs = await fetch(url, {
      headers: { authorization: `Bearer ${stranger.token}` },
      redirect: 'manual',
    });
    expect([theirs.status, await theirs.text()]).toEqual([500, 'not_found\n']);
  });

  it('An ordinary user can neither dispatch nor look for active connections, nor make users', async () => {
    const { clients } = project.owner;
    const event = { destinationId: connectionId, eventType: 'message' };
    expect(await refusalOf(clients.dispatcher.dispatch({ event }))).toEqual({
      code: 'InvalidArgument',
      words: 'save event: unauthorized',
    });
    const found = clients.vars.findActiveConnectionIDs({ integrationId: SLACK, name: 'auth_type' });
    expect(await refusalOf(found)).toEqual({ code: 'PermissionDenied', words: 'unauthorized' });
    const made = clients.users.create({ user: { email: 'nobody@example.com' } });
    expect(await refusalOf(made)).toEqual({ code: 'PermissionDenied', words: 'unauthorized' });
  });

  it("A list of an integration's connections has those of all organisations for the system, and none for a user", async () => {
    const all = await given.server.system.connections.list({ integrationId: SLACK });
    expect(all.connections.map((row) => row.connectionId)).toContain(connectionId);
    const own = await project.owner.clients.connections.list({ integrationId: SLACK });
    expect(own.connections).toEqual([]);
  });

  it('The sessions, prints and events of other users cannot be seen', async () => {
    const { sessions, events } = stranger.clients;
    expect((await refusalOf(sessions.list({ projectId: project.projectId }))).code).toBe('PermissionDenied');
    expect((await refusalOf(events.list({ destinationId: connectionId }))).code).toBe('PermissionDenied');
  });
});
