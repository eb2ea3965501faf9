import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually } from '../helpers/eventually.js';
import { MEETINGS, startPathWorld, type PathWorld } from '../world/people.js';
import type { TestProject, TestUser } from '../world/server.js';
import { seeOfSockets } from '../world/program-under-test.js';
import type { SlackInstallation } from '../../src/sim/slack/directory/entities.js';
import { message } from '../../src/sim/slack/frames/messages.js';

describe.each(MEETINGS)('The connections of deployments, server: %s', (meeting) => {
  let world: PathWorld;
  let user: TestUser;

  beforeAll(async () => {
    world = await startPathWorld(meeting);
    user = await world.server.createUser();
  });
  afterAll(() => world.stop());

  const install = (): SlackInstallation =>
    world.slack.install(world.slack.addApp(), world.slack.addWorkspace());
  const triggers = [{ connection: 'sl', eventType: 'message', call: 'on_event' as const }];

  it('The sockets close when the last deployment is deactivated, and open when one is active again', async () => {
    const installation = install();
    const { app } = installation;
    const project = await world.server.createProject(user, { connections: { sl: {} }, triggers });
    const cid = project.connections['sl'] ?? '';
    const first = await world.server.deploy(project);
    await world.connect(user, cid, installation);
    const { deployments } = world.through(user);

    await deployments.deactivate({ deploymentId: first });
    await world.slack.waitUntilSockets(() => world.slack.sockets(app).length === 0);
    await world.waitForStatus(user, cid, /^Ready in .*: sockets open when a deployment is active$/);

    await deployments.activate({ deploymentId: first });
    await world.slack.waitForSockets(app, 2);
    await world.waitForStatus(user, cid, /: 2 sockets live/);
    const entry = world.slack.send(installation, message({ text: 'again' }));
    const eventId = await world.eventOf(entry, cid);
    const session = await world.server.waitForSession(project, (each) => each.eventId === eventId);
    expect(await world.server.eventPrinted(project, session.sessionId)).toMatchObject({
      data: { text: 'again' },
    });
  });

  it('The next deployment replaces the one before without a socket closing', async () => {
    const installation = install();
    const project = await world.server.createProject(user, { connections: { sl: {} }, triggers });
    const cid = project.connections['sl'] ?? '';
    await world.server.deploy(project);
    await world.connect(user, cid, installation);
    const before = world.slack.sockets(installation.app).map(({ id }) => id);
    for (let times = 0; times < 3; times++) await world.server.deploy(project);
    const entry = world.slack.send(installation, message({ text: 'to the newest' }));
    const eventId = await world.eventOf(entry, cid);
    await world.server.waitForSession(project, (each) => each.eventId === eventId);
    const after = world.slack.sockets(installation.app).map(({ id }) => id);
    // A replica that is restarted closes its own.
    if (process.env['RESTARTS'] === undefined) expect(after).toEqual(before);
    else expect(after).not.toEqual([]);
  });

  describe('A connection of the organisation', () => {
    let installation: SlackInstallation;
    let projects: readonly [TestProject, TestProject];
    let cid: string;

    beforeAll(async () => {
      installation = install();
      // Names of an organisation's connections must be free in all of its projects.
      user = await world.server.createUser();
      const first = await world.server.createProject(user, {
        connections: { sl: { ofOrg: true } },
        triggers,
      });
      cid = first.connections['sl'] ?? '';
      const second = await world.server.createProject(user, {
        connections: { sl: { existing: cid } },
        triggers,
      });
      projects = [first, second];
    });

    it("The sockets of an organisation's connection are open whether or not there is a deployment", async () => {
      await world.connect(user, cid, installation);
      await seeOfSockets(() => expect(world.slack.sockets(installation.app)).toHaveLength(2));
    });

    it("An event for an organisation's connection starts one session in each project that has a trigger for it", async () => {
      for (const project of projects) await world.server.deploy(project);
      const entry = world.slack.send(installation, message({ text: 'for both' }));
      await world.eventOf(entry, cid);
      for (const project of projects) {
        const { sessionId } = await world.server.waitForSession(
          project,
          ({ state }) => state === 'completed',
        );
        expect(await world.server.eventPrinted(project, sessionId)).toMatchObject({
          data: { text: 'for both' },
        });
      }
      // AutoKitteh makes one event for each trigger.
      expect(await world.eventsOf(entry, cid)).toHaveLength(2);
      for (const project of projects) expect(await world.server.sessionsOf(project)).toHaveLength(1);
    });

    it("An event for an organisation's connection starts no session in a project whose deployment is not active", async () => {
      const [first, second] = projects;
      const { deployments } = await user.clients.deployments.list({ projectId: first.projectId });
      for (const { deploymentId } of deployments) await user.clients.deployments.deactivate({ deploymentId });
      const entry = world.slack.send(installation, message({ text: 'for one' }));
      const mine = await eventually(async () => {
        const events = await world.eventsOf(entry, cid);
        return events.length === 2 && events;
      }, 'an event for each trigger');
      await world.server.waitForSession(second, (session) => mine.includes(session.eventId));
      expect(await world.server.sessionsOf(first)).toHaveLength(1);
    });
  });
});
