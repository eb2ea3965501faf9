import { randomBytes } from 'node:crypto';
import { expect } from 'vitest';
import type { SlackInstallation } from '../../src/sim/slack/directory/entities.js';
import { untilStatus } from './observations.js';
import type { Program } from './program.js';
import type { TestProject, TestUser } from './server.js';
import type { World } from './world.js';

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
  { program }: World,
  { id, project }: TestConnection,
  tokens: Tokens,
): Promise<Response> {
  return post(program, project.owner, {
    ...{ cid: id, origin: 'web', auth_type: 'socketMode' },
    ...{ bot_token: tokens.botToken, app_token: tokens.appToken },
  });
}

/** Presses a button of the connection page. */
export function press(
  { program }: World,
  { id, project }: TestConnection,
  action: string,
  fields: Readonly<Record<string, string>> = {},
): Promise<Response> {
  const form = { cid: id, origin: 'web', auth_type: 'socketMode', action, ...fields };
  return post(program, project.owner, form);
}

function post(program: Program, owner: TestUser, form: Record<string, string>): Promise<Response> {
  return fetch(`${program.gatewayUrl}/slack/save`, {
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
