import { createClient, type Client } from '@connectrpc/connect';
import { createConnectTransport } from '@connectrpc/connect-node';
import type { DescService } from '@bufbuild/protobuf';
import { ConnectionsService } from '../gen/autokitteh/connections/v1/connections_pb.js';
import { DeploymentsService } from '../gen/autokitteh/deployments/v1/deployments_pb.js';
import { IntegrationsService } from '../gen/autokitteh/integrations/v1/integrations_pb.js';
import { ProjectsService } from '../gen/autokitteh/projects/v1/projects_pb.js';
import { Trigger_SourceType, TriggersService } from '../gen/autokitteh/triggers/v1/triggers_pb.js';
import { startStandIn, type StandIn } from '../sim/autokitteh/stand-in.js';
import { startScriptedSlack, type ScriptedSlack } from '../sim/slack/scripted-slack.js';
import { SLACK_RETRIES } from '../sim/slack/sending/retry-ladder.js';
import type { SlackApp, SlackInstallation } from '../sim/slack/directory/entities.js';

/** A Slack with an app in a workspace, and an AutoKitteh with a deployed project, all on this machine. */
export interface LocalWorld {
  readonly slack: ScriptedSlack;
  readonly server: StandIn;
  readonly app: SlackApp;
  readonly installation: SlackInstallation;
  readonly connectionId: string;
  readonly appToken: string;
  stop(): Promise<void>;
}

const FILE = 'main.star';
const ENTRY = 'on_slack';

/**
 * Starts it. The project has one connection, and one trigger for whatever comes from it. With `slackUrl` the program is told that
 * Slack is there, on a port of this machine under a name that only a proxy resolves.
 */
export async function startLocalWorld(slackUrl?: URL): Promise<LocalWorld> {
  // Slack's ladder is 0 s, 1 min, 5 min; nobody wants to watch that.
  const slack = await startScriptedSlack({
    retries: { ...SLACK_RETRIES, delays: [500, 2_000, 5_000, 10_000, 20_000] },
    ...(slackUrl === undefined ? {} : { port: Number(slackUrl.port), publicUrl: slackUrl.origin }),
  });
  const server = await startStandIn({ defaultUser: true, slackApiUrl: `${slack.url}/api/` });
  const app = slack.addApp('AutoKitteh Demo App');
  const installation = slack.install(app, slack.addWorkspace('Demo Workspace'));
  return {
    ...{ slack, server, app, installation },
    connectionId: await deployProject(server, 'demo'),
    appToken: app.createAppToken(),
    async stop() {
      await slack.stop();
      await server.stop();
    },
  };
}

/** A project with one connection and a trigger for whatever comes from it, deployed; resolves with the connection's id. */
async function deployProject(server: StandIn, name: string): Promise<string> {
  const transport = createConnectTransport({ baseUrl: server.url, httpVersion: '1.1' });
  const client = <Service extends DescService>(service: Service): Client<Service> =>
    createClient(service, transport);
  const projects = client(ProjectsService);
  const { projectId } = await projects.create({ project: { name } });
  const { integration } = await client(IntegrationsService).get({ name: 'slack' });
  const { connectionId } = await client(ConnectionsService).create({
    connection: { name: 'my_slack', projectId, integrationId: integration?.integrationId ?? '' },
  });
  await client(TriggersService).create({
    trigger: {
      name: 'everything',
      projectId,
      connectionId,
      sourceType: Trigger_SourceType.CONNECTION,
      codeLocation: { path: FILE, name: ENTRY },
    },
  });
  const code = `def ${ENTRY}(data, event_type):\n    print(event_type, data)\n`;
  await projects.setResources({ projectId, resources: { [FILE]: new TextEncoder().encode(code) } });
  const { buildId } = await projects.build({ projectId });
  const deployments = client(DeploymentsService);
  const { deploymentId } = await deployments.create({ deployment: { projectId, buildId } });
  await deployments.activate({ deploymentId });
  return connectionId;
}
