import { execFile } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { parse } from 'yaml';
import { z } from 'zod';
import { Trigger_SourceType } from '../../src/gen/autokitteh/triggers/v1/triggers_pb.js';
import { eventually } from '../helpers/eventually.js';
import {
  SLACK,
  type SeenSession,
  type ServerUnderTest,
  type TestProject,
  type TestUser,
} from '../world/server.js';

const variable = z.strictObject({
  name: z.string().regex(/^\w+$/),
  value: z.string().default(''),
  secret: z.boolean().default(false),
});

// The part of AutoKitteh's manifest that projects with a Slack connection use.
const schema = z.strictObject({
  version: z.literal('v1'),
  project: z.strictObject({
    name: z.string().regex(/^\w+$/),
    vars: z.array(variable).default([]),
    connections: z.array(
      z.strictObject({
        name: z.string().regex(/^\w+$/),
        integration: z.literal('slack'),
        vars: z.array(variable).default([]),
      }),
    ),
    triggers: z.array(
      z.strictObject({
        name: z.string().regex(/^\w+$/),
        connection: z.string(),
        event_type: z.string().default(''),
        filter: z.string().default(''),
        call: z.string().regex(/^\w+\.(star|py):\w+$/),
      }),
    ),
  }),
});

/** A project as its folder describes it. */
export interface ExampleProject {
  /** Where it lies; undefined if it is made by a test. */
  readonly folder: string | undefined;
  readonly manifest: z.output<typeof schema>['project'];
  /** The program's files by name. */
  readonly files: Readonly<Record<string, Uint8Array>>;
}

export interface DeployedExample {
  readonly project: TestProject;
  /** Ends what runs of it, and deletes it. */
  remove(): Promise<void>;
}

/** Reads a manifest; fails where it is none. */
export function readManifestText(text: string): ExampleProject['manifest'] {
  return schema.parse(parse(text)).project;
}

/** Reads the project in `folder`; fails where the manifest is none. */
export async function readExample(folder: string): Promise<ExampleProject> {
  const project = readManifestText(await readFile(join(folder, 'autokitteh.yaml'), 'utf8'));
  const names = (await readdir(folder)).filter((name) => /\.(star|py)$/.test(name));
  const contents = await Promise.all(names.map((name) => readFile(join(folder, name))));
  const files = Object.fromEntries(names.map((name, index) => [name, new Uint8Array(contents[index] ?? [])]));
  return { folder, manifest: project, files };
}

/**
 * Deploys it for `owner`: a folder with the `ak` program where AK_BIN names one and the server is a real one, as people
 * do, everything else with the same calls that `ak deploy` makes.
 */
export async function deployExample(
  server: ServerUnderTest,
  owner: TestUser,
  example: ExampleProject,
): Promise<DeployedExample> {
  const ak = process.env['AK_BIN'];
  const projectId =
    ak === undefined || server.standIn !== undefined || example.folder === undefined
      ? await deployByCalls(owner, example)
      : await deployByProgram(ak, server.url, owner, { ...example, folder: example.folder });
  const { connections } = await owner.clients.connections.list({ projectId });
  const { triggers } = await owner.clients.triggers.list({ projectId });
  const project: TestProject = {
    ...{ projectId, owner },
    connections: Object.fromEntries(connections.map(({ name, connectionId }) => [name, connectionId])),
    triggerIds: triggers.map(({ triggerId }) => triggerId),
  };
  return { project, remove: () => remove(server, project) };
}

async function remove(server: ServerUnderTest, project: TestProject): Promise<void> {
  const { projectId, owner } = project;
  const { deployments, triggers, connections, projects, sessions } = owner.clients;
  const goingOn = async (): Promise<SeenSession[]> =>
    (await server.sessionsOf(project)).filter(({ state }) => state === 'running' || state === 'created');
  // A session may end by itself meanwhile.
  for (const { sessionId } of await goingOn())
    await sessions.stop({ sessionId, terminate: true }).catch(() => undefined);
  // Only what nothing runs of any more is inactive at once, and can be deleted.
  await eventually(async () => (await goingOn()).length === 0, 'the end of all sessions', 60_000);
  for (const { deploymentId } of (await deployments.list({ projectId })).deployments)
    await deployments.deactivate({ deploymentId });
  for (const triggerId of project.triggerIds) await triggers.delete({ triggerId });
  for (const connectionId of Object.values(project.connections)) await connections.delete({ connectionId });
  // What began meanwhile keeps its project until the server looks again, minutes later: nobody waits for that.
  await projects.delete({ projectId }).catch(() => undefined);
}

async function deployByProgram(
  ak: string,
  url: string,
  owner: TestUser,
  { folder, manifest }: ExampleProject & { readonly folder: string },
): Promise<string> {
  const home = await mkdtemp(join(tmpdir(), 'ak-'));
  try {
    await promisify(execFile)(ak, ['--token', owner.token, 'deploy'], {
      cwd: folder,
      // The program reports its use to its makers otherwise; this machine is exempt from proxies.
      env: {
        AK_HTTP__SERVICE_URL: url,
        HTTPS_PROXY: 'http://127.0.0.1:9',
        HOME: home,
        PATH: process.env['PATH'],
      },
    });
  } finally {
    await rm(home, { recursive: true, force: true });
  }
  const { project } = await owner.clients.projects.get({ name: manifest.name, orgId: owner.orgId });
  if (project === undefined) throw new Error(`${manifest.name} was deployed, and is not there`);
  return project.projectId;
}

async function deployByCalls({ clients }: TestUser, { manifest, files }: ExampleProject): Promise<string> {
  const { projects, connections, triggers, vars, deployments } = clients;
  const { projectId } = await projects.create({ project: { name: manifest.name } });
  await vars.set({ vars: variablesOf(projectId, manifest.vars) });
  const ids = new Map<string, string>();
  for (const { name, vars: own } of manifest.connections) {
    const { connectionId } = await connections.create({
      connection: { name, projectId, integrationId: SLACK },
    });
    ids.set(name, connectionId);
    if (own.length > 0) await vars.set({ vars: variablesOf(connectionId, own) });
  }
  for (const { name, connection, event_type: eventType, filter, call } of manifest.triggers) {
    const [path = '', entry = ''] = call.split(':');
    await triggers.create({
      trigger: {
        ...{ name, projectId, eventType, filter },
        connectionId: ids.get(connection) ?? '',
        sourceType: Trigger_SourceType.CONNECTION,
        isDurable: true,
        codeLocation: { path, name: entry },
      },
    });
  }
  await projects.setResources({ projectId, resources: { ...files } });
  const { buildId, error } = await projects.build({ projectId });
  if (error !== undefined)
    throw new Error(`the build failed: ${error.value?.string?.v ?? 'no reason given'}`);
  const { deploymentId } = await deployments.create({ deployment: { projectId, buildId } });
  await deployments.activate({ deploymentId });
  return projectId;
}

function variablesOf(
  scopeId: string,
  variables: z.output<typeof variable>[],
): { scopeId: string; name: string; value: string; isSecret: boolean }[] {
  return variables.map(({ name, value, secret }) => ({ scopeId, name, value, isSecret: secret }));
}
