import type { PathWorld } from '../world/people.js';
import type { TestProject, TestUser } from '../world/server.js';
import type { SlackInstallation } from '../../src/sim/slack/directory/entities.js';

/** A connection that is not set up yet, in a project with a trigger, and an app of its own in Slack. */
export async function newConnection(
  { server, slack }: PathWorld,
  user: TestUser,
): Promise<{ project: TestProject; cid: string; installation: SlackInstallation }> {
  const project = await server.createProject(user, {
    connections: { sl: {} },
    triggers: [{ connection: 'sl', eventType: 'message', call: 'on_event' }],
  });
  const installation = slack.install(slack.addApp(), slack.addWorkspace('Acme'));
  return { project, cid: project.connections['sl'] ?? '', installation };
}
