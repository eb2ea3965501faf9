import type { SlackInstallation } from '../../src/sim/slack/directory/entities.js';
import { openPeers, type Peers } from '../world/open-world.js';
import { startStandInUnderTest, type StandInUnderTest } from '../world/server.js';
import { socketModeVariables } from '../world/socket-mode-variables.js';

/** Slack and a stand-in with many apps, each with a connection of an active project. */
export interface SoakWorld extends Peers<StandInUnderTest> {
  readonly installations: readonly SlackInstallation[];
  /** Resolves when every app has two sockets. */
  allLive(): Promise<void>;
}

/** Starts it; the program, a process of its own, is not part of it. */
export async function startSoakWorld(apps: number): Promise<SoakWorld> {
  const peers = await openPeers({ server: ({ apiUrl }) => startStandInUnderTest({ slackApiUrl: apiUrl }) });
  const { slack, server } = peers;
  const owner = await server.createUser();
  const installations: SlackInstallation[] = [];
  for (let number = 0; number < apps; number++) {
    const app = slack.addApp(`App ${number}`);
    const installation = slack.install(app, slack.addWorkspace(`Workspace ${number}`));
    const project = await server.createProject(owner, {
      connections: { my_slack: {} },
      triggers: [{ connection: 'my_slack', call: 'on_event' }],
    });
    const scopeId = project.connections['my_slack'] ?? '';
    const vars = socketModeVariables(app, installation).map((variable) => ({ ...variable, scopeId }));
    await owner.clients.vars.set({ vars });
    await server.deploy(project);
    installations.push(installation);
  }
  return {
    ...peers,
    installations,
    async allLive() {
      for (const { app } of installations) await slack.waitForSockets(app, 2, 120_000);
    },
  };
}
