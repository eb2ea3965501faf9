import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { string } from '../../src/autokitteh/values.js';
import { timestampMs } from '@bufbuild/protobuf/wkt';
import { DeploymentState } from '../../src/gen/autokitteh/deployments/v1/deployments_pb.js';
import { refusalOf } from '../helpers/refusal.js';
import {
  SLACK,
  startServerUnderTest,
  type ServerUnderTest,
  type TestProject,
  type TestUser,
} from '../world/server.js';

describe('The events, sessions and deployments of a person', () => {
  let server: ServerUnderTest;
  let owner: TestUser;
  let stranger: TestUser;
  let project: TestProject;
  let connectionId: string;
  let deploymentId: string;
  let eventId: string;
  let sessionId: string;

  beforeAll(async () => {
    server = await startServerUnderTest();
    [owner, stranger] = [await server.createUser(), await server.createUser()];
    project = await server.createProject(owner, {
      connections: { sl: {} },
      triggers: [
        { connection: 'sl', eventType: 'message', call: 'on_event' },
        { connection: 'sl', eventType: 'message', filter: 'data.text == "no"', call: 'on_other_event' },
      ],
    });
    connectionId = project.connections['sl'] ?? '';
    deploymentId = await server.deploy(project);
    const answer = await dispatch('message');
    eventId = answer.eventId;
    sessionId = answer.startedSessionIds[0] ?? '';
    await dispatch('reaction_added');
  });
  afterAll(() => server.stop());

  function dispatch(eventType: string, destinationId = connectionId, key = '') {
    const event = {
      destinationId,
      eventType,
      data: { text: string('hi') },
      memo: { slack_channel: 'C1', key },
    };
    return server.system.dispatcher.dispatch({ event, wait: true });
  }

  it('A person lists the events of the own connection, the newest first and without their data', async () => {
    const { events } = await owner.clients.events.list({ destinationId: connectionId, maxResults: 5 });
    expect(events.map(({ eventType, memo, data }) => [eventType, memo['slack_channel'], data])).toEqual([
      ['reaction_added', 'C1', {}],
      ['message', 'C1', {}],
    ]);
    const { event } = await owner.clients.events.get({ eventId });
    expect(event).toMatchObject({ destinationId: connectionId, data: { text: { string: { v: 'hi' } } } });
  });

  it('A person lists the sessions of the own project, each with its event and its trigger', async () => {
    const { sessions } = await owner.clients.sessions.list({ projectId: project.projectId, pageSize: 5 });
    expect(sessions.map((each) => [each.sessionId, each.eventId])).toEqual([[sessionId, eventId]]);
    expect(sessions[0]?.memo).toMatchObject({
      event_id: eventId,
      event_type: 'message',
      trigger_id: project.triggerIds[0],
      trigger_name: 't0',
      trigger_source_type: 'CONNECTION',
      connection_id: connectionId,
    });
  });

  it('A page of sessions has the latest of them, at least ten where so few were asked for, and at most a hundred', async () => {
    const call = 'on_event';
    const many = await server.createProject(owner, {
      connections: { sl: {} },
      triggers: Array.from({ length: 12 }, () => ({ connection: 'sl', call }) as const),
    });
    await server.deploy(many);
    for (let event = 0; event < 9; event += 1) await dispatch('message', many.connections['sl']);
    const page = async (pageSize: number): Promise<number[]> => {
      const { projectId } = many;
      const { sessions } = await owner.clients.sessions.list({ projectId, pageSize });
      return sessions.map(({ createdAt }) => (createdAt === undefined ? 0 : timestampMs(createdAt)));
    };
    const [least, some, most] = [await page(1), await page(11), await page(500)];
    expect([least.length, some.length, most.length]).toEqual([10, 11, 100]);
    expect(most).toEqual(most.toSorted((one, other) => other - one));
    expect(some).toEqual(most.slice(0, 11));
  });

  it('A person lists active deployments, whose time of change is that of their activation', async () => {
    const { projectId } = project;
    const active = { projectId, state: DeploymentState.ACTIVE };
    const [first] = (await owner.clients.deployments.list(active)).deployments;
    expect(first?.deploymentId).toBe(deploymentId);
    await owner.clients.deployments.deactivate({ deploymentId });
    expect((await owner.clients.deployments.list(active)).deployments).toEqual([]);
    await owner.clients.deployments.activate({ deploymentId });
    const [again] = (await owner.clients.deployments.list(active)).deployments;
    const at = (time: Parameters<typeof timestampMs>[0] | undefined): number =>
      time === undefined ? 0 : timestampMs(time);
    expect(at(again?.createdAt)).toBe(at(first?.createdAt));
    expect(at(again?.updatedAt)).toBeGreaterThanOrEqual(at(first?.updatedAt));
  });

  it('A person who cannot see the connection reads nothing of its events', async () => {
    const { events, sessions, deployments, triggers } = stranger.clients;
    const { projectId } = project;
    const refused = { code: 'PermissionDenied', words: 'unauthorized' };
    expect(await refusalOf(events.list({ destinationId: connectionId }))).toEqual(refused);
    expect(await refusalOf(events.get({ eventId }))).toEqual({ code: 'NotFound', words: 'not_found' });
    expect(await refusalOf(sessions.list({ projectId }))).toEqual(refused);
    expect(await refusalOf(sessions.list({ eventId }))).toEqual(refused);
    expect(await refusalOf(deployments.list({ projectId }))).toEqual(refused);
    expect((await refusalOf(triggers.list({ connectionId }))).code).toBe('PermissionDenied');
    expect((await sessions.list({})).sessions).toEqual([]);
  });

  it('A person opens the page of a session in the dashboard of the server', async () => {
    const page = (token: string): Promise<Response> =>
      fetch(`${server.url}/internal/dashboard/sessions/${sessionId}`, {
        headers: { authorization: `Bearer ${token}` },
      });
    const theirs = await page(owner.token);
    expect(theirs.status).toBe(200);
    expect(await theirs.text()).toContain(`<title>Session: ${sessionId}</title>`);
    expect((await page(stranger.token)).status).not.toBe(200);
  });

  it('A person reads events, sessions and deployments of a connection of the own organisation by that', async () => {
    const shared = await server.createProject(owner, {
      connections: { shared: { ofOrg: true } },
      triggers: [{ connection: 'shared', call: 'on_event' }],
    });
    await server.deploy(shared);
    const destinationId = shared.connections['shared'] ?? '';
    const key = randomBytes(6).toString('hex');
    const { startedSessionIds } = await dispatch('message', destinationId, key);
    const { clients, orgId } = owner;
    const { events } = await clients.events.list({ integrationId: SLACK, orgId, maxResults: 5 });
    const event = events.find(({ memo }) => memo['key'] === key);
    expect(event?.destinationId).toBe(destinationId);
    const { sessions } = await clients.sessions.list({ orgId, pageSize: 50 });
    const ofIt = sessions.filter((each) => each.eventId === event?.eventId);
    expect(ofIt.map((each) => [each.sessionId, each.projectId])).toEqual([
      [startedSessionIds[0], shared.projectId],
    ]);
    const { deployments } = await clients.deployments.list({ orgId, state: DeploymentState.ACTIVE });
    expect(deployments.map(({ projectId }) => projectId)).toContain(shared.projectId);
  });
});
