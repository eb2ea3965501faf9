import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Releasers } from '../../src/core/lifecycle.js';
import type { SlackApp, SlackInstallation } from '../../src/sim/slack/directory/entities.js';
import type { ScriptedSlack } from '../../src/sim/slack/scripted-slack.js';
import { openPeers } from '../world/open-world.js';
import { AS_OPERATOR, OPS_TOKEN, PLUGIN_TOKEN } from '../world/program.js';
import { compileProgram, ProgramProcess } from '../world/program-process.js';
import { startStandInUnderTest, type StandInUnderTest, type TestUser } from '../world/server.js';
import { socketModeVariables } from '../world/socket-mode-variables.js';
import { startBrokenFront } from './strangers-front.js';
import type { Target } from './strangers-target.js';

const CHANNELS = 30;
const LIVE_MS = 120_000;
/** Little memory and few file descriptors. */
const LIMITS = { heapMb: 256, descriptors: 256 };

/** An app in a workspace, with a connection of a project of its own. */
export interface Tenant {
  readonly app: SlackApp;
  readonly installation: SlackInstallation;
  readonly owner: TestUser;
  readonly connectionId: string;
}

/** Slack, a server that can be broken, and the program between them in a process with limits. */
export interface StrangersWorld {
  readonly slack: ScriptedSlack;
  readonly server: StandInUnderTest;
  readonly program: ProgramProcess;
  readonly urls: { readonly plugin: string; readonly gateway: string };
  /** Two who do nothing wrong. */
  readonly quiet: readonly Tenant[];
  /** One whose frames and variables are bad. */
  readonly noisy: Tenant;
  readonly target: Target;
  /** Names and values of the variables of the connection that strangers attack, in order of their names. */
  variables(): Promise<string[]>;
  /** The value of a metric over all its labels. */
  metric(name: string): Promise<number>;
  stop(): Promise<void>;
}

export async function startStrangersWorld(seed: number): Promise<StrangersWorld> {
  const releasers = new Releasers();
  try {
    const peers = await openPeers({
      slack: { seed },
      server: (slack) => startStandInUnderTest({ slackApiUrl: slack.apiUrl }),
    });
    releasers.push('Slack and the server', () => peers.stop());
    const { slack, server } = peers;
    const tenants: Tenant[] = [];
    for (const name of ['First', 'Second', 'Noisy']) tenants.push(await addTenant(slack, server, name));
    const [first, second, noisy] = tenants as [Tenant, Tenant, Tenant];
    const front = await startBrokenFront(server.url);
    releasers.push('the broken front', () => front.stop());
    const compiled = await compileProgram();
    releasers.push('the compiled program', () => compiled.remove());
    const folder = await mkdtemp(join(tmpdir(), 'strangers-'));
    releasers.push('the journal', () => rm(folder, { recursive: true, force: true }));
    const { program, urls } = await ProgramProcess.start(
      compiled.file('src/main.js'),
      {
        ...{ AUTOKITTEH_URL: front.url, AUTOKITTEH_SIGN_KEY: server.standIn.signKey },
        ...{ GATEWAY_LISTEN: '127.0.0.1:0', PLUGIN_LISTEN: '127.0.0.1:0', PLUGIN_TOKEN, OPS_TOKEN },
        ...{ SLACK_API_URL: slack.apiUrl, JOURNAL_URL: `sqlite:${join(folder, 'journal.sqlite')}` },
        // Without it `X-Forwarded-Host` says what our own host is, for proxies that nobody has told us of.
        ...{ GATEWAY_PUBLIC_URL: 'http://gateway.example.com', LOG_LEVEL: 'info', LOG_FORMAT: 'json' },
      },
      LIMITS,
    );
    releasers.push('the program', async () => void (await program.stop()));
    for (const { app } of tenants) await slack.waitForSockets(app, 2, LIVE_MS);
    return {
      ...{ slack, server, program, urls, noisy, quiet: [first, second] },
      target: targetOf(urls, first, noisy),
      async variables() {
        const { vars } = await first.owner.clients.vars.get({ scopeId: first.connectionId });
        return vars.map(({ name, value, isSecret }) => (isSecret ? name : `${name}=${value}`)).toSorted();
      },
      async metric(name) {
        const text = await (await fetch(`${urls.plugin}/metrics`, { headers: AS_OPERATOR })).text();
        const lines = text.split('\n').filter((line) => line.startsWith(name));
        return lines.reduce((sum, line) => sum + Number(line.split(' ').at(-1)), 0);
      },
      stop: () => releasers.releaseAll(),
    };
  } catch (error) {
    await releasers.releaseAll();
    throw error;
  }
}

async function addTenant(slack: ScriptedSlack, server: StandInUnderTest, name: string): Promise<Tenant> {
  const app = slack.addApp(name);
  const workspace = slack.addWorkspace(name);
  // Events of one conversation are delivered one after another.
  for (let number = 0; number < CHANNELS; number++) workspace.addChannel(`channel-${number}`);
  const installation = slack.install(app, workspace);
  const owner = await server.createUser();
  const project = await server.createProject(owner, {
    connections: { slack: {} },
    triggers: [{ connection: 'slack', call: 'on_event' }],
  });
  const connectionId = project.connections['slack'] ?? '';
  const vars = socketModeVariables(app, installation).map((variable) => ({
    ...variable,
    scopeId: connectionId,
  }));
  await owner.clients.vars.set({ vars });
  await server.deploy(project);
  return { app, installation, owner, connectionId };
}

function targetOf(urls: StrangersWorld['urls'], victim: Tenant, noisy: Tenant): Target {
  return {
    ports: { gateway: Number(new URL(urls.gateway).port), plugin: Number(new URL(urls.plugin).port) },
    connectionId: victim.connectionId,
    cookie: `ak_logged_in=true; ak_user_session=${victim.owner.token}`,
    opsToken: OPS_TOKEN,
    tenant: { token: noisy.owner.token, connectionId: noisy.connectionId },
  };
}
