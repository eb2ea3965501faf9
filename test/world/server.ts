import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { emulateProgram } from './emulated-program.js';
import { eventually } from '../helpers/eventually.js';
import { autoKittehClients, type AutoKittehClients, type ClientOptions } from './autokitteh-clients.js';
import { tokensOf } from './autokitteh-tokens.js';
import {
  DEV_SIGN_KEY,
  startStandIn,
  type StandIn,
  type StandInOptions,
} from '../../src/sim/autokitteh/stand-in.js';
import { integrationIdOf } from '../../src/sim/autokitteh/ids.js';
import { SessionStateType, type Session } from '../../src/gen/autokitteh/sessions/v1/sessions_pb.js';
import { Trigger_SourceType } from '../../src/gen/autokitteh/triggers/v1/triggers_pb.js';
import { UserStatus } from '../../src/gen/autokitteh/users/v1/users_pb.js';

/** The id of the built-in entry `slack`. */
export const SLACK = integrationIdOf('slack');

/** Somebody with an organisation of the own. */
export interface TestUser {
  readonly userId: string;
  readonly orgId: string;
  readonly token: string;
  readonly clients: AutoKittehClients;
}

/** A project as a manifest would describe it. */
export interface ProjectPlan {
  /** One that no other project has, unless said. */
  readonly name?: string;
  /** Connections by name; of the organisation where `ofOrg` says so; none is made for one that `existing` names. */
  readonly connections: Readonly<Record<string, ConnectionPlan>>;
  readonly triggers?: readonly TriggerPlan[];
}

interface ConnectionPlan {
  readonly integrationId?: string;
  readonly ofOrg?: boolean;
  /** Id of a connection that the project can see already. */
  readonly existing?: string;
}

export interface TriggerPlan {
  /** Name of the connection. */
  readonly connection: string;
  /** `t0`, `t1` and so on unless it has one. */
  readonly name?: string;
  /** Function in main.star; without one the trigger starts nothing. */
  readonly call?: 'on_event' | 'on_other_event' | 'on_start_waiting';
  readonly eventType?: string;
  readonly filter?: string;
}

export interface TestProject {
  readonly projectId: string;
  readonly owner: TestUser;
  /** Connection ids by name. */
  readonly connections: Readonly<Record<string, string>>;
  /** In the order of the plan. */
  readonly triggerIds: readonly string[];
}

export interface SeenSession {
  readonly sessionId: string;
  readonly eventId: string;
  /** Function that the trigger called. */
  readonly call: string;
  readonly state: 'created' | 'running' | 'error' | 'completed' | 'stopped' | 'unspecified';
}

/** One server, stand-in or real, and the same words for both. */
export interface ServerUnderTest {
  readonly url: string;
  /** The stand-in itself; undefined on a real server. */
  readonly standIn: StandIn | undefined;
  /** The key that it signs tokens with, if it is known. */
  readonly signKey: string | undefined;
  /** The system's credential. */
  systemToken(): Promise<string>;
  readonly system: AutoKittehClients;
  clients(options?: ClientOptions): AutoKittehClients;
  createUser(): Promise<TestUser>;
  /** Creates project, connections and triggers and stores the program; nothing is deployed yet. */
  createProject(owner: TestUser, plan: ProjectPlan): Promise<TestProject>;
  /** Builds the project, and activates a new deployment of it; its id. */
  deploy(project: TestProject): Promise<string>;
  /** Newest first. */
  sessionsOf(project: TestProject): Promise<SeenSession[]>;
  /** What a session printed, in order. */
  prints(project: TestProject, sessionId: string): Promise<string[]>;
  /** The first session that is, or will be, as `wanted` says. */
  waitForSession(project: TestProject, wanted: (session: SeenSession) => boolean): Promise<SeenSession>;
  /** The event that a session of `on_event` printed, once it has ended. */
  eventPrinted(project: TestProject, sessionId: string): Promise<{ event_type: string; data: unknown }>;
  /** Removes what was created, and ends a stand-in. */
  stop(): Promise<void>;
}

/** Whether the server takes whoever says nothing for its default user, as in development mode. */
export async function hasDefaultUser({ url }: Pick<ServerUnderTest, 'url'>): Promise<boolean> {
  return (await fetch(`${url}/slack/`)).status === 200;
}

/**
 * The server that the environment names (AUTOKITTEH_URL, and AUTOKITTEH_SIGN_KEY or AUTOKITTEH_TOKEN), else a
 * stand-in with `options`. Prints which.
 */
export async function startServerUnderTest(options: StandInOptions = {}): Promise<ServerUnderTest> {
  const url = process.env['AUTOKITTEH_URL'];
  if (url === undefined) {
    console.log('on the stand-in');
    return startStandInUnderTest(options);
  }
  console.log(`on the AutoKitteh server at ${url}`);
  const signKey = process.env['AUTOKITTEH_SIGN_KEY'];
  const token = process.env['AUTOKITTEH_TOKEN'];
  return serverAt({
    url,
    ...(signKey === undefined ? {} : { signKey }),
    ...(token === undefined ? {} : { token }),
  });
}

/** A stand-in in the words of both kinds of server. */
export type StandInUnderTest = ServerUnderTest & { readonly standIn: StandIn };

/** A stand-in, whatever the environment names: for what no real server can be made to do. */
export async function startStandInUnderTest(options: StandInOptions = {}): Promise<StandInUnderTest> {
  const standIn = await startStandIn(options);
  emulateProgram(standIn);
  const server = await serverAt({ url: standIn.url, signKey: standIn.signKey });
  return { ...server, standIn, stop: () => standIn.stop() };
}

interface Address {
  readonly url: string;
  readonly signKey?: string;
  /** The system's credential where the signing key is not known. */
  readonly token?: string;
}

async function serverAt({ url, signKey, token: givenToken }: Address): Promise<ServerUnderTest> {
  const tokens = tokensOf(signKey ?? DEV_SIGN_KEY);
  const systemToken = async (): Promise<string> => givenToken ?? (await tokens.system(3_600));
  const clients = (clientOptions?: ClientOptions): AutoKittehClients => autoKittehClients(url, clientOptions);
  const withToken = (token: string): AutoKittehClients =>
    clients({ headers: { authorization: `Bearer ${token}` } });
  const system = withToken(await systemToken());
  const created: TestProject[] = [];

  const sessionsOf = async ({ owner, projectId }: TestProject): Promise<SeenSession[]> => {
    const all: Session[] = [];
    for (;;) {
      const page = { projectId, pageSize: 100, skip: all.length };
      const { sessions, count } = await owner.clients.sessions.list(page);
      all.push(...sessions);
      if (sessions.length === 0 || all.length >= Number(count)) break;
    }
    return all.map((session) => ({
      sessionId: session.sessionId,
      eventId: session.eventId,
      call: session.entrypoint?.name ?? '',
      state: SessionStateType[session.state].toLowerCase() as SeenSession['state'],
    }));
  };
  const prints = async ({ owner }: TestProject, sessionId: string): Promise<string[]> => {
    const printed = await owner.clients.sessions.getPrints({ sessionId, ascending: true });
    return printed.prints.map((print) => print.v?.string?.v ?? '');
  };
  const waitForSession: ServerUnderTest['waitForSession'] = (project, wanted) =>
    eventually(
      async () => (await sessionsOf(project)).find(wanted),
      'the session that was waited for',
      60_000,
    );

  return {
    url,
    standIn: undefined,
    signKey,
    systemToken,
    system,
    clients,
    async createUser() {
      if (signKey === undefined)
        throw new Error('set AUTOKITTEH_SIGN_KEY: this case needs users, whose tokens are signed with it');
      const email = `${randomBytes(6).toString('hex')}@example.com`;
      await system.users.create({ user: { email, displayName: 'Tester', status: UserStatus.ACTIVE } });
      const { user } = await system.users.get({ email });
      if (user === undefined) throw new Error('the server did not return the user that it made');
      const token = await tokens.user(user);
      return { userId: user.userId, orgId: user.defaultOrgId, token, clients: withToken(token) };
    },
    async createProject(owner, plan) {
      const project = await createProject(owner, plan);
      created.push(project);
      return project;
    },
    async deploy({ owner, projectId }) {
      const { buildId, error } = await owner.clients.projects.build({ projectId });
      if (error !== undefined)
        throw new Error(`the build failed: ${error.value?.string?.v ?? 'no reason given'}`);
      const { deploymentId } = await owner.clients.deployments.create({ deployment: { projectId, buildId } });
      await owner.clients.deployments.activate({ deploymentId });
      return deploymentId;
    },
    sessionsOf,
    prints,
    waitForSession,
    async eventPrinted(project, sessionId) {
      const ended = (session: SeenSession): boolean =>
        session.sessionId === sessionId && (session.state === 'completed' || session.state === 'error');
      await waitForSession(project, ended);
      const [line = ''] = await prints(project, sessionId);
      return JSON.parse(line) as { event_type: string; data: unknown };
    },
    async stop() {
      // The latest first: it may have triggers on what an earlier one made.
      for (const project of created.toReversed()) await removeProject(project);
    },
  };
}

async function createProject(owner: TestUser, plan: ProjectPlan): Promise<TestProject> {
  const { projects, connections, triggers } = owner.clients;
  const { projectId } = await projects.create({
    project: { name: plan.name ?? `p_${randomBytes(6).toString('hex')}` },
  });
  const ids: Record<string, string> = {};
  for (const [name, { integrationId = SLACK, ofOrg = false, existing }] of Object.entries(plan.connections)) {
    const place = ofOrg ? { orgId: owner.orgId } : { projectId };
    ids[name] =
      existing ?? (await connections.create({ connection: { ...place, name, integrationId } })).connectionId;
  }
  const program = await readFile(join(import.meta.dirname, '../server/programs/main.star'));
  await projects.setResources({ projectId, resources: { 'main.star': new Uint8Array(program) } });
  const triggerIds: string[] = [];
  for (const [index, planned] of (plan.triggers ?? []).entries()) {
    const { name = `t${index}`, connection, call, eventType = '', filter = '' } = planned;
    const connectionId = ids[connection] ?? '';
    const trigger = {
      name,
      projectId,
      connectionId,
      eventType,
      filter,
      sourceType: Trigger_SourceType.CONNECTION,
      isDurable: true,
      ...(call === undefined ? {} : { codeLocation: { path: 'main.star', name: call } }),
    };
    triggerIds.push((await triggers.create({ trigger })).triggerId);
  }
  return { projectId, owner, connections: ids, triggerIds };
}

async function removeProject({ owner, projectId, connections: ids, triggerIds }: TestProject): Promise<void> {
  const { deployments, triggers, connections, projects } = owner.clients;
  const { deployments: active } = await deployments.list({ projectId });
  for (const { deploymentId } of active) await deployments.deactivate({ deploymentId });
  // Some are gone already: the case itself deleted them.
  for (const triggerId of triggerIds) await triggers.delete({ triggerId }).catch(() => undefined);
  for (const connectionId of Object.values(ids))
    await connections.delete({ connectionId }).catch(() => undefined);
  await projects.delete({ projectId }).catch(() => undefined);
}
