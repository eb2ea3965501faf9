import { createRouterTransport } from '@connectrpc/connect';
import { createAutoKitteh } from '../../src/autokitteh/rpc-client.js';
import { integrationIdFromName } from '../../src/autokitteh/ids.js';
import { DEFAULT_APP_MANIFEST } from '../../src/setup/app-manifest.js';
import type { LiveConnection } from '../../src/setup/ports.js';
import { createSetup } from '../../src/setup/setup.js';
import { systemClock } from '../../src/core/clock.js';
import { Releasers } from '../../src/core/lifecycle.js';
import { createLog } from '../../src/core/log.js';
import { startGateway } from '../../src/gateway/gateway.js';
import type { StandIn } from '../../src/sim/autokitteh/stand-in.js';
import type { SlackApp, SlackInstallation } from '../../src/sim/slack/directory/entities.js';
import type { ScriptedSlack } from '../../src/sim/slack/scripted-slack.js';
import type { MappedEvent } from '../../src/events/mapping.js';
import { createSlackHttp } from '../../src/slack/http.js';
import { createWebApi } from '../../src/slack/web-api.js';
import { openPeers } from '../world/open-world.js';
import { startStandInUnderTest, type TestProject, type TriggerPlan } from '../world/server.js';

/** The pages behind the gateway, in front of a stand-in for AutoKitteh, beside a scripted Slack with one app in one workspace. */
export interface Site {
  readonly url: string;
  readonly slack: ScriptedSlack;
  readonly server: StandIn;
  readonly app: SlackApp;
  readonly installation: SlackInstallation;
  readonly appToken: string;
  /** What the pages are told about each connection; a test sets it. */
  readonly live: Map<string, LiveConnection>;
  /** Connections of which the pages said that they changed. */
  readonly changed: string[];
  /** What the pages were asked, and with which status they answered. */
  readonly answers: { readonly request: Request; readonly status: number }[];
  readonly logged: string[];
  /** The person's cookie. */
  readonly session: string;
  /** A new Slack connection of the person, in a project of its own; gives its id. */
  addConnection(name: string, triggers?: readonly Omit<TriggerPlan, 'connection'>[]): Promise<string>;
  /** Deploys the connection's project, as if that had been `minutes` ago. */
  deploy(connectionId: string, minutes?: number): Promise<void>;
  /** Has AutoKitteh take an event of Slack's for the connection, as if that had been `minutes` ago. */
  arrive(connectionId: string, event: MappedEvent, minutes?: number): Promise<void>;
  /** Variables of a connection as they are stored now. */
  stored(connectionId: string): Record<string, string>;
  /** Stores variables as the person, secrets all of them. */
  store(connectionId: string, values: Readonly<Record<string, string>>): Promise<void>;
  stop(): Promise<void>;
}

const MINUTE_MS = 60_000;

export async function startSite({
  trustedOrigins = [],
}: { trustedOrigins?: readonly string[] } = {}): Promise<Site> {
  const releasers = new Releasers();
  const peers = await openPeers({ server: ({ apiUrl }) => startStandInUnderTest({ slackApiUrl: apiUrl }) });
  releasers.push('Slack and the server', () => peers.stop());
  const { slack, server } = peers;
  const http = createSlackHttp();
  releasers.push('HTTP to Slack', () => http.close());
  const autokitteh = createAutoKitteh({
    url: server.url,
    credentials: { token: () => Promise.resolve(undefined) },
    clock: systemClock,
    timeoutMs: 5_000,
  });
  releasers.push('client of the server', () => autokitteh.close());

  const app = slack.addApp('AutoKitteh Demo App');
  const installation = slack.install(app, slack.addWorkspace('Acme'));
  const person = await server.createUser();
  const live = new Map<string, LiveConnection>();
  const projects = new Map<string, TestProject>();
  const changed: string[] = [];
  const answers: { request: Request; status: number }[] = [];
  const logged: string[] = [];
  const log = createLog({ level: 'debug', format: 'json' }, { write: (line) => logged.push(line) });
  const setup = createSetup({
    slack: createWebApi({ apiUrl: slack.apiUrl, clock: systemClock, http }),
    autokitteh,
    integrationId: integrationIdFromName('slack'),
    live: { of: (id) => Promise.resolve(live.get(id)) },
    connections: { learn: () => undefined, announceChange: (id) => Promise.resolve(void changed.push(id)) },
    manifest: DEFAULT_APP_MANIFEST,
    slackSite: 'slack.com',
    trustedOrigins,
    clock: systemClock,
    log,
  });
  const gateway = await startGateway({
    connections: 256,
    logsAccess: false,
    refused: () => undefined,
    webSocket: () => undefined,
    listen: { host: '127.0.0.1', port: 0 },
    upstream: server.url,
    integrationId: integrationIdFromName('slack'),
    // No page of a connection asks the contract anything.
    contract: createRouterTransport(() => undefined),
    setup: async (request, front) => {
      const answer = await setup.fetch(request, front);
      answers.push({ request, status: answer.status });
      return answer;
    },
    responses: { isOpenAt: () => false },
    pages: { trustedOrigins: [] },
    live: { isSocketMode: () => Promise.resolve(true), noticeChange: () => undefined },
    server: { pushStatus: () => Promise.resolve() },
    answered: () => undefined,
    clock: systemClock,
    log,
  });
  releasers.push('gateway', () => gateway.stop(0));

  return {
    url: `http://127.0.0.1:${gateway.port}`,
    slack,
    server: server.standIn,
    app,
    installation,
    appToken: app.createAppToken(['connections:write']),
    live,
    changed,
    answers,
    logged,
    session: person.token,
    async addConnection(name, triggers = []) {
      const project = await server.createProject(person, {
        // A name as people give it, for the pictures.
        name: projects.size === 0 ? 'help_desk' : `help_desk_${projects.size + 1}`,
        connections: { [name]: {} },
        triggers: triggers.map((trigger) => ({ connection: name, ...trigger })),
      });
      const id = project.connections[name] ?? '';
      projects.set(id, project);
      return id;
    },
    async deploy(id, minutes = 0) {
      const project = projects.get(id);
      if (project === undefined) throw new Error('no connection of this site');
      const row = server.standIn.store.deployments.get(await server.deploy(project));
      if (row !== undefined) row.updatedAt -= minutes * MINUTE_MS;
    },
    async arrive(destinationId, { eventType, data, memo }, minutes = 0) {
      const event = { destinationId, eventType, data, memo };
      const { eventId } = await server.system.dispatcher.dispatch({ event, wait: true });
      const row = server.standIn.store.events.find((each) => each.eventId === eventId);
      if (row !== undefined) row.createdAt -= minutes * MINUTE_MS;
    },
    stored: (id) =>
      Object.fromEntries(
        [...(server.standIn.store.vars.get(id)?.values() ?? [])].map((row) => [row.name, row.value]),
      ),
    async store(scopeId, values) {
      const vars = Object.entries(values).map(([name, value]) => ({ scopeId, name, value, isSecret: true }));
      await person.clients.vars.set({ vars });
    },
    stop: () => releasers.releaseAll(),
  };
}
