import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { AutoKittehClient } from '../../../src/autokitteh/client.js';
import { createAutoKitteh } from '../../../src/autokitteh/rpc-client.js';
import { createCredentials } from '../../../src/autokitteh/credentials.js';
import { onlyConnection } from '../../../src/autokitteh/one-connection.js';
import { systemClock } from '../../../src/core/clock.js';
import { PluginError } from '../../../src/core/errors.js';
import { startStandInUnderTest, type StandInUnderTest, type TestProject } from '../../world/server.js';

/** A connection of a deployed project, and an event of it that has started a session. */
interface Place {
  readonly project: TestProject;
  readonly connectionId: string;
  readonly eventId: string;
}

let server: StandInUnderTest;
let line: AutoKittehClient;
let own: Place;
let neighbour: Place;
let stranger: Place;
/** What was asked of the server through the limited line, with its arguments. */
let asked: string[];
let limited: AutoKittehClient;

beforeAll(async () => {
  server = await startStandInUnderTest();
  line = createAutoKitteh({
    url: server.url,
    credentials: createCredentials({ kind: 'sign_key', key: server.standIn.signKey }, systemClock),
    clock: systemClock,
    timeoutMs: 15_000,
  });
  const ours = await deployed('my_slack', 'second_slack');
  own = await placeOf(ours, 'my_slack');
  neighbour = await placeOf(ours, 'second_slack');
  stranger = await placeOf(await deployed('their_slack'), 'their_slack');
});

afterAll(async () => {
  await line.close();
  await server.stop();
});

beforeEach(() => {
  asked = [];
  limited = onlyConnection(recording(line), { id: own.connectionId, strangeStatus: () => undefined });
});

async function deployed(...names: readonly string[]): Promise<TestProject> {
  const project = await server.createProject(await server.createUser(), {
    connections: Object.fromEntries(names.map((name) => [name, {}])),
    triggers: names.map((connection) => ({ connection, call: 'on_event' as const })),
  });
  await server.deploy(project);
  return project;
}

async function placeOf(project: TestProject, name: string): Promise<Place> {
  const connectionId = project.connections[name] ?? '';
  const event = { destinationId: connectionId, eventType: 'message', data: {}, memo: {} };
  const { eventId } = await line.prepareDispatch(event)(AbortSignal.timeout(15_000));
  await server.waitForSession(project, (session) => session.eventId === eventId);
  return { project, connectionId, eventId };
}

/** The same line, which writes down what it is asked. */
function recording(client: AutoKittehClient): AutoKittehClient {
  return new Proxy(client, {
    get: (target, name, receiver) => {
      const value: unknown = Reflect.get(target, name, receiver);
      if (typeof value !== 'function') return value;
      return (...args: readonly unknown[]): unknown => {
        asked.push(`${String(name)} ${JSON.stringify(args)}`);
        return Reflect.apply(value, target, args);
      };
    },
  });
}

/** What came back, or the code of the refusal. */
function outcome(call: Promise<unknown>): Promise<unknown> {
  return call.catch((error: unknown) => PluginError.from(error).code);
}

/** That nothing of another connection was asked for. */
function expectNothingOf({ project, connectionId, eventId }: Place): void {
  const ids = [connectionId, eventId, ...(project === own.project ? [] : [project.projectId])];
  expect(asked.filter((call) => ids.some((id) => call.includes(id)))).toEqual([]);
}

describe('A line that is limited to one connection', () => {
  it('The events and sessions of the connection are read', async () => {
    const { eventId, project } = own;
    const { projectId } = project;
    expect(await limited.event(eventId)).toMatchObject({ eventId, destinationId: own.connectionId });
    expect(await limited.sessionsOf(eventId)).toHaveLength(1);
    expect(await limited.hasSession({ eventId })).toBe(true);
    expect(typeof (await limited.hasSession({ runningIn: projectId }))).toBe('boolean');
    expect(await limited.hasActiveDeployment(projectId)).toBe(true);
    expect(await limited.activeDeployments({ projectId })).toMatchObject([{ projectId }]);
    expect(await limited.projectName(projectId)).toBe(await line.projectName(projectId));
  });

  it.each<[string, () => Place]>([
    ['another project', () => stranger],
    ['the same project', () => neighbour],
  ])('An event of another connection of %s and its sessions are not read', async (_, other) => {
    const { eventId } = other();
    expect(await outcome(limited.event(eventId))).toBeUndefined();
    expect(await outcome(limited.sessionsOf(eventId))).toBe('forbidden');
    expect(await outcome(limited.hasSession({ eventId }))).toBe('forbidden');
    expectNothingOf(other());
  });

  it('Sessions and deployments of another project or of an organisation are not read', async () => {
    const { project } = stranger;
    const { projectId } = project;
    const { orgId } = own.project.owner;
    const calls = [
      ...[limited.latestSessions({ projectId }, 10), limited.latestSessions({ orgId }, 10)],
      ...[limited.activeDeployments({ projectId }), limited.activeDeployments({ orgId })],
      ...[limited.hasSession({ runningIn: projectId }), limited.hasActiveDeployment(projectId)],
    ];
    expect(await Promise.all(calls.map(outcome))).toEqual(calls.map(() => 'forbidden'));
    expect(await limited.projectName(projectId)).toBeUndefined();
    const name = (await line.projectName(projectId)) ?? '';
    expect(await limited.projectId(name)).toBeUndefined();
    expectNothingOf(stranger);
    expect(asked.filter((call) => call.includes(orgId))).toEqual([]);
  });

  it('Of the sessions of the project those of another connection are left out', async () => {
    const { projectId } = own.project;
    const eventIds = (await line.latestSessions({ projectId }, 10)).map(({ eventId }) => eventId);
    expect(eventIds.toSorted()).toEqual([own.eventId, neighbour.eventId].toSorted());
    expect(await limited.latestSessions({ projectId }, 10)).toMatchObject([{ eventId: own.eventId }]);
  });

  it('An event that was sent through it is known at once', async () => {
    const event = { destinationId: own.connectionId, eventType: 'message', data: {}, memo: {} };
    const { eventId } = await limited.prepareDispatch(event)(AbortSignal.timeout(15_000));
    await server.waitForSession(own.project, (session) => session.eventId === eventId);
    asked = [];
    expect(await limited.sessionsOf(eventId)).toHaveLength(1);
    expect(asked.map((call) => call.split(' ')[0])).toEqual(['sessionsOf']);
  });

  it('A person’s own line is limited likewise', async () => {
    const { token } = own.project.owner;
    const person = limited.forCaller({ authorization: `Bearer ${token}` });
    expect(await person.event(own.eventId)).toMatchObject({ eventId: own.eventId });
    expect(await outcome(person.event(neighbour.eventId))).toBeUndefined();
    expect(await outcome(person.sessionsOf(neighbour.eventId))).toBe('forbidden');
  });
});
