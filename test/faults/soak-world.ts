import { startStandIn, type StandIn } from '../../src/sim/autokitteh/stand-in.js';
import { startScriptedSlack, type ScriptedSlack } from '../../src/sim/slack/scripted-slack.js';
import type { SlackInstallation } from '../../src/sim/slack/directory/entities.js';
import { deployProject, saveVariables } from '../../src/demo/local-world.js';

/** Many apps, each with a connection of an active project. */
export interface SoakWorld {
  readonly slack: ScriptedSlack;
  readonly server: StandIn;
  readonly tenants: readonly { readonly installation: SlackInstallation; readonly connectionId: string }[];
  /** Resolves when every app has two sockets. */
  allLive(): Promise<void>;
  stop(): Promise<void>;
}

export async function startSoakWorld(apps: number): Promise<SoakWorld> {
  const slack = await startScriptedSlack();
  const server = await startStandIn({ defaultUser: true, slackApiUrl: slack.apiUrl });
  const tenants: { installation: SlackInstallation; connectionId: string }[] = [];
  for (let number = 0; number < apps; number++) {
    const app = slack.addApp(`App ${number}`);
    const installation = slack.install(app, slack.addWorkspace(`Workspace ${number}`));
    const connectionId = await deployProject(server, `project_${number}`);
    await saveVariables(server, connectionId, {
      auth_type: 'socketMode',
      private_bot_token: installation.botToken,
      socket_mode_app_token: app.createAppToken(),
    });
    tenants.push({ installation, connectionId });
  }
  return {
    ...{ slack, server, tenants },
    async allLive() {
      for (const { installation } of tenants) await slack.waitForSockets(installation.app, 2, 120_000);
    },
    async stop() {
      await slack.stop();
      await server.stop();
    },
  };
}
