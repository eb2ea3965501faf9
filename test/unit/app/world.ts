import { randomBytes } from 'node:crypto';
import { afterEach, expect } from 'vitest';
import type { Surroundings } from '../../../src/app/surroundings.js';
import type { Settings } from '../../../src/config.js';
import { LIVE_POLICY, type LivePolicy } from '../../../src/connection/live/policy.js';
import { DEFAULT_LIMITS, type DeliveryLimits } from '../../../src/delivery/limits.js';
import { Status_Code } from '../../../src/gen/autokitteh/common/v1/common_pb.js';
import type { StandIn, StandInOptions } from '../../../src/sim/autokitteh/stand-in.js';
import type { EventRow } from '../../../src/sim/autokitteh/store.js';
import type { SlackInstallation } from '../../../src/sim/slack/directory/entities.js';
import type { ScriptedSlackOptions } from '../../../src/sim/slack/options.js';
import { startScriptedSlack, type ScriptedSlack } from '../../../src/sim/slack/scripted-slack.js';
import { SLACK_RETRIES } from '../../../src/sim/slack/sending/retry-ladder.js';
import type { Overview } from '../../../src/ops/overview.js';
import { DEFAULT_POLICY, type SocketPolicy } from '../../../src/slack/policy.js';
import { startAppRig, type AppRig } from '../../helpers/app-rig.js';
import { eventually } from '../../helpers/eventually.js';
import {
  startStandInUnderTest,
  type ServerUnderTest,
  type TestProject,
  type TestUser,
} from '../../helpers/server-under-test.js';

/** A reconcile in a tenth of a second, and everything else to match. */
export const QUICK_LIVE: LivePolicy = {
  ...LIVE_POLICY,
  reconcileMs: 80,
  compareMs: 20,
  settleMs: 120,
  statusRetry: { firstMs: 50, factor: 2, maxMs: 200 },
  farewellMs: 1_000,
  graceMs: 300,
  incompleteMs: 200,
};

/** Sockets that are opened, retried and counted again without patience. */
export const QUICK_SOCKETS: SocketPolicy = {
  ...DEFAULT_POLICY,
  pool: {
    ...DEFAULT_POLICY.pool,
    staggerMs: 20,
    stableMs: 300,
    retry: { firstMs: 20, factor: 2, maxMs: 200 },
    crowded: { firstMs: 100, factor: 2, maxMs: 400 },
    probe: { firstMs: 300, factor: 1, maxMs: 300 },
    recountMs: 300,
  },
  limiter: { ...DEFAULT_POLICY.limiter, appBurst: 100, appEveryMs: 10, allBurst: 100, allEveryMs: 5 },
};

/** Failures are tried again, and given up, soon. */
export const QUICK_DELIVERY: DeliveryLimits = {
  ...DEFAULT_LIMITS,
  retry: { firstMs: 50, factor: 2, maxMs: 200 },
  probe: { firstMs: 50, factor: 2, maxMs: 200 },
  recoveryDelayMs: 50,
  drainMs: 1_000,
};

/** The whole program between a scripted Slack and a stand-in for AutoKitteh. */
export interface World {
  readonly slack: ScriptedSlack;
  readonly server: ServerUnderTest & { readonly standIn: StandIn };
  readonly standIn: StandIn;
  readonly rig: AppRig;
  readonly owner: TestUser;
}

export interface WorldOptions {
  readonly slack?: ScriptedSlackOptions;
  readonly standIn?: StandInOptions;
  readonly settings?: Settings;
  readonly other?: Partial<Surroundings>;
  /** Called when Slack and server are there and the program is not. */
  readonly before?: (peers: Omit<World, 'rig'>) => Promise<void>;
  /** Where the program finds the server, if not at the stand-in itself. */
  readonly serverUrl?: string;
}

/** How often a fault happens that lasts until it is lifted. */
export const ALWAYS = { times: Infinity };

let open: World[] = [];

// What no test of the whole program may leave behind or do.
afterEach(async () => {
  const ended = open;
  open = [];
  for (const { rig, slack, standIn } of ended) {
    await rig.stop();
    await slack.stop();
    await standIn.stop();
    const secrets = rig.logged.filter((line) => /xox[a-z]-|xapp-|eyJ[\w-]+\.|ticket=[\w]/.test(line));
    expect(secrets, 'tokens in the log').toEqual([]);
  }
});

/** Starts one; it ends after the test. */
export async function startWorld(options: WorldOptions = {}): Promise<World> {
  const slack = await startScriptedSlack({
    retries: { ...SLACK_RETRIES, delays: [200, 500, 1_000, 2_000] },
    ...options.slack,
  });
  const server = await startStandInUnderTest({ slackApiUrl: slack.apiUrl, ...options.standIn });
  const { standIn } = server;
  const peers = { slack, server, standIn, owner: await server.createUser() };
  await options.before?.(peers);
  const rig = await startAppRig(
    { autokittehUrl: options.serverUrl ?? standIn.url, signKey: standIn.signKey, slackApiUrl: slack.apiUrl },
    options.settings,
    { live: QUICK_LIVE, sockets: QUICK_SOCKETS, delivery: QUICK_DELIVERY, ...options.other },
  );
  const world = { ...peers, rig };
  open.push(world);
  return world;
}

/** A connection of a project of its own, or of the organisation, which has then one trigger in that project. */
export interface TestConnection {
  readonly id: string;
  readonly project: TestProject;
}

export interface ConnectionPlan {
  readonly owner?: TestUser;
  readonly ofOrg?: boolean;
  /** Whether its project gets an active deployment. Yes unless said. */
  readonly deployed?: boolean;
}

/** A connection without any variables. */
export async function createConnection(
  { server, owner }: Pick<World, 'server' | 'owner'>,
  plan: ConnectionPlan = {},
): Promise<TestConnection> {
  // An organisation's connection shares its name with those of all its projects.
  const name = `sl_${randomBytes(4).toString('hex')}`;
  const project = await server.createProject(plan.owner ?? owner, {
    connections: { [name]: { ofOrg: plan.ofOrg ?? false } },
    triggers: [{ connection: name, call: 'on_event' }],
  });
  if (plan.deployed !== false) await server.deploy(project);
  return { id: project.connections[name] ?? '', project };
}

export interface Tokens {
  readonly botToken: string;
  readonly appToken: string;
}

/** Saves tokens as a browser does, through the gateway, as the connection's owner. */
export async function save(
  { rig }: World,
  { id, project }: TestConnection,
  tokens: Tokens,
): Promise<Response> {
  return post(rig, project.owner, {
    ...{ cid: id, origin: 'web', auth_type: 'socketMode' },
    ...{ bot_token: tokens.botToken, app_token: tokens.appToken },
  });
}

/** Presses a button of the connection page. */
export function press({ rig }: World, { id, project }: TestConnection, action: string): Promise<Response> {
  return post(rig, project.owner, { cid: id, origin: 'web', auth_type: 'socketMode', action });
}

function post(rig: AppRig, owner: TestUser, form: Record<string, string>): Promise<Response> {
  return fetch(`${rig.gatewayUrl}/slack/save`, {
    method: 'POST',
    headers: { authorization: `Bearer ${owner.token}` },
    body: new URLSearchParams(form),
    redirect: 'manual',
  });
}

/** Sets variables as `ak var set` does, past the gateway. */
export async function setVariables(
  { id, project }: TestConnection,
  variables: Readonly<Record<string, string>>,
): Promise<void> {
  await project.owner.clients.vars.set({
    vars: Object.entries(variables).map(([name, value]) => ({
      ...{ scopeId: id, name, value },
      isSecret: name.includes('token'),
    })),
  });
}

/** A connection with an active deployment, saved, with its sockets open. */
export async function connect(
  world: World,
  installation: SlackInstallation,
  appToken: string,
  plan: ConnectionPlan = {},
): Promise<TestConnection> {
  const connection = await createConnection(world, plan);
  const saved = await save(world, connection, { botToken: installation.botToken, appToken });
  expect(saved.status, await saved.text()).toBe(302);
  await untilStatus(world, connection.id, 'ok', /2 sockets live/);
  return connection;
}

/** An app in a workspace, with an app-level token. */
export function addInstallation({ slack }: Pick<World, 'slack'>) {
  const app = slack.addApp();
  const installation = slack.install(app, slack.addWorkspace());
  return { app, installation, appToken: app.createAppToken() };
}

export interface ShownStatus {
  readonly code: string;
  readonly message: string;
}

/** What `ak connection get` prints. */
export function statusOf({ standIn }: Pick<World, 'standIn'>, connectionId: string): ShownStatus {
  const status = standIn.store.connections.get(connectionId)?.status;
  return {
    code: Status_Code[status?.code ?? Status_Code.UNSPECIFIED].toLowerCase(),
    message: status?.message ?? '',
  };
}

/** Waits until the server holds such a status. */
export async function untilStatus(
  world: Pick<World, 'standIn'>,
  connectionId: string,
  code: 'ok' | 'warning' | 'error' | 'init_required',
  message: RegExp,
): Promise<ShownStatus> {
  let last: ShownStatus = { code: '', message: '' };
  try {
    return await eventually(() => {
      last = statusOf(world, connectionId);
      return last.code === code && message.test(last.message) && last;
    }, `status ${code} ${message}`);
  } catch (cause) {
    throw new Error(`the status is ${last.code}: ${last.message}, not ${code} ${message}`, { cause });
  }
}

/** Every status that the server holds for a connection from now on, its own and ours. */
export function recordStatuses({ standIn }: World, connectionId: string): ShownStatus[] {
  const row = standIn.store.connections.get(connectionId);
  if (row === undefined) throw new Error('there is no such connection');
  const shown: ShownStatus[] = [];
  let { status } = row;
  Object.defineProperty(row, 'status', {
    enumerable: true,
    get: () => status,
    set(next: typeof status) {
      status = next;
      shown.push(statusOf({ standIn }, connectionId));
    },
  });
  return shown;
}

/** The events that the server got for a connection. */
export function eventsOf({ standIn }: Pick<World, 'standIn'>, connectionId: string): EventRow[] {
  return standIn.store.events.filter((event) => event.connectionId === connectionId);
}

/** The value of a metric with such labels, from `/metrics`; 0 when it is not there. */
export async function metric({ rig }: World, name: string, labels = ''): Promise<number> {
  const text = await (await fetch(`${rig.pluginUrl}/metrics`)).text();
  const line = text
    .split('\n')
    .find((each) => each.startsWith(labels === '' ? `${name} ` : `${name}{${labels}}`));
  return Number(line?.split(' ').at(-1) ?? 0);
}

/** Waits until the overview's problems, one a line, are such. */
export async function untilTroubles(world: World, problems: RegExp): Promise<void> {
  await eventually(
    async () => problems.test((await overview(world)).troubles.join('\n')),
    `the problems ${problems}`,
  );
}

/** What `/ops/overview` tells. */
export async function overview({ rig }: World): Promise<Overview> {
  return (await (await fetch(`${rig.pluginUrl}/ops/overview`)).json()) as Overview;
}
