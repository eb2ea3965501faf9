import { spawnSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Dev } from '../../../src/dev/start-dev.js';
import { MadeFiles } from '../../../src/dev/made.js';
import { eventually } from '../../helpers/eventually.js';
import { startProgram } from '../../world/program.js';
import { SLACK } from '../../world/server.js';
import { sendOnline, startAuthorWorld, told, type AuthorWorld } from '../../world/dev-world.js';

let author: AuthorWorld;

beforeEach(async () => {
  author = await startAuthorWorld();
});

afterEach(() => author.stop());

/** Of the real Slack, as far as anybody can tell. */
const REAL = {
  auth_type: 'socketMode',
  private_bot_token: 'xoxb-123456789012-1234567890123-abcdefghijklmnopqrstuvwx',
  socket_mode_app_token: `xapp-1-A0123456789-1234567890123-${'0123456789abcdef'.repeat(4)}`,
};

/** Sets variables as a person's set-up has left them. */
async function setUp(scopeId: string, variables: Readonly<Record<string, string>>): Promise<void> {
  const vars = Object.entries(variables).map(([name, value]) => ({ scopeId, name, value, isSecret: true }));
  await author.owner.clients.vars.set({ vars });
}

function variablesOf(scopeId: string): Record<string, string> {
  const rows = [...(author.server.standIn.store.vars.get(scopeId)?.values() ?? [])];
  return Object.fromEntries(rows.map(({ name, value }) => [name, value]));
}

function statusOf(connectionId: string): string {
  return author.server.standIn.store.connections.get(connectionId)?.status.message ?? '';
}

describe('A run of `ak-slack dev`', () => {
  it('A run starts a session for what Slack sends, and reads, changes and serves no other connection of the server', async () => {
    const { server, owner } = author;
    const other = await server.createProject(owner, {
      connections: { their_slack: {} },
      triggers: [{ connection: 'their_slack', call: 'on_event' }],
    });
    await server.deploy(other);
    const otherId = other.connections['their_slack'] ?? '';
    await setUp(otherId, REAL);
    const statusBefore = statusOf(otherId);
    const { asked, events } = server.standIn.store;
    asked.length = 0;

    const dev = await author.dev();
    await sendOnline(dev, { kind: 'message', text: 'hi' });
    const { state } = await told(dev, 'session', (entry) => entry.state === 'completed');
    expect(state).toBe('completed');
    expect((await told(dev, 'print')).text).toContain('"text":"hi"');
    await dev.stop();

    const aboutOther = asked.filter(({ ids }) => ids.includes(otherId));
    expect(aboutOther).toEqual([]);
    expect(asked.some(({ ids }) => ids.includes(author.connectionId))).toBe(true);
    expect(
      asked.filter(({ method, ids }) => method === 'ConnectionsService.List' && ids.length === 0),
    ).toEqual([]);
    expect(events.filter(({ destinationId }) => destinationId === otherId)).toEqual([]);
    expect(statusOf(otherId)).toBe(statusBefore);
    expect(variablesOf(otherId)).toEqual(REAL);
  });

  it('A run removes at its end what it wrote, and puts back what was there', async () => {
    const { connectionId, project } = author;
    await setUp(connectionId, { auth_type: 'socketMode', socket_mode_answers: 'slash_command' });
    await setUp(project.projectId, { PYTHONPATH: '/theirs', GREETING: 'hello' });
    const before = [variablesOf(connectionId), variablesOf(project.projectId)];

    const dev = await author.dev();
    expect(variablesOf(connectionId)['private_bot_token']).toMatch(/^xoxb-/);
    expect(variablesOf(project.projectId)['PYTHONPATH']).toMatch(/python:\/theirs$/);
    await dev.stop();

    expect([variablesOf(connectionId), variablesOf(project.projectId)]).toEqual(before);
    expect(statusOf(connectionId)).toBe('Using Socket Mode');
    expect(await new MadeFiles(author.folder).all()).toEqual([]);
  });

  it('A run leaves at its end what somebody else has written meanwhile', async () => {
    const { connectionId } = author;
    const dev = await author.dev();
    await setUp(connectionId, { private_bot_token: REAL.private_bot_token });
    await dev.stop();
    expect(variablesOf(connectionId)).toEqual({ private_bot_token: REAL.private_bot_token });
  });

  it('A run makes a connection that the project does not have, and removes it at its end', async () => {
    const { server, projectName } = author;
    const { connections } = server.standIn.store;
    const before = [...connections.keys()];
    const dev = await author.dev({ connection: `${projectName}/new_slack` });
    expect(connections.get(dev.connection.id)?.name).toBe('new_slack');
    await dev.stop();
    expect([...connections.keys()]).toEqual(before);
  });

  it('A run removes at its start what one that was killed has left', async () => {
    const { connectionId, project, projectName, folder } = author;
    const first = await author.dev();
    const [made] = await new MadeFiles(folder).all();
    const left = [variablesOf(connectionId), variablesOf(project.projectId)];
    await first.stop();
    // As it is after the process was killed: nobody answers at the page's address.
    const vars = left.flatMap((variables, index) =>
      Object.entries(variables).map(([name, value]) => ({
        ...{ scopeId: index === 0 ? connectionId : project.projectId, name, value, isSecret: false },
      })),
    );
    await author.owner.clients.vars.set({ vars });
    if (made !== undefined) await new MadeFiles(folder).write(made);

    const second = await author.dev({ connection: `${projectName}/another` });
    expect(author.told).toContain(`removed what an earlier run left at ${projectName}/my_slack`);
    expect(variablesOf(connectionId)).toEqual({});
    await second.stop();
    expect(variablesOf(project.projectId)).toEqual({});
  });
});

describe('A run of `ak-slack dev` that is killed while it creates its connection', () => {
  /** Creates a connection, and notes what its run knows of it before the server answers; the id. */
  async function killedWhileCreating(pid: number): Promise<string> {
    const { server, project, projectName, folder } = author;
    const connection = { name: 'new_slack', projectId: project.projectId, integrationId: SLACK };
    const { connectionId } = await server.system.connections.create({ connection });
    await new MadeFiles(folder).write({
      ...{ instance: randomUUID(), pid, url: '', serverUrl: server.url, name: `${projectName}/new_slack` },
      ...{ connectionId: '', projectId: project.projectId, madeConnection: true },
      ...{ connectionVariables: [], projectVariables: [] },
    });
    return connectionId;
  }

  /** Starts the next run, for another connection of the project, and ends it. */
  async function nextRun(): Promise<void> {
    await (await author.dev()).stop();
  }

  it('A connection of which a run was not told the id is removed all the same', async () => {
    const { server, projectName, folder } = author;
    const { connections } = server.standIn.store;
    const before = [...connections.keys()];
    server.standIn.faults.loseAnswers('ConnectionsService/Create', 1);
    await expect(author.dev({ connection: `${projectName}/new_slack` })).rejects.toThrow();
    expect(server.standIn.faults.met).toBe(1);
    expect([...connections.keys()]).toEqual(before);
    expect(await new MadeFiles(folder).all()).toEqual([]);
  });

  it('The connection of a process that is gone is removed by the next run', async () => {
    const { pid } = spawnSync(process.execPath, ['--version']);
    const connectionId = await killedWhileCreating(pid);
    await nextRun();
    expect(author.server.standIn.store.connections.has(connectionId)).toBe(false);
    expect(await new MadeFiles(author.folder).all()).toEqual([]);
  });

  it('The connection stays if somebody has set it up since', async () => {
    const connectionId = await killedWhileCreating(0);
    await setUp(connectionId, REAL);
    await nextRun();
    expect(variablesOf(connectionId)).toEqual(REAL);
    expect(author.told.filter((line) => line.includes('removed'))).toEqual([]);
    expect(await new MadeFiles(author.folder).all()).toEqual([]);
  });

  it('The connection of a process that is about to go on is left alone', async () => {
    const connectionId = await killedWhileCreating(process.pid);
    await expect(author.dev()).rejects.toThrow('already runs for');
    expect(author.server.standIn.store.connections.has(connectionId)).toBe(true);
    expect(await new MadeFiles(author.folder).all()).toHaveLength(1);
  });
});

describe('The refusals of `ak-slack dev`', () => {
  /** What it says, and that it changed nothing. */
  async function refusal(run: () => Promise<Dev>): Promise<string> {
    const { store } = author.server.standIn;
    const before = JSON.stringify([...store.vars].map(([scope, rows]) => [scope, [...rows.values()]]));
    const message = await run().then(
      () => 'it was not refused',
      (error: unknown) => (error instanceof Error ? error.message : ''),
    );
    const after = JSON.stringify([...store.vars].map(([scope, rows]) => [scope, [...rows.values()]]));
    expect(after).toBe(before);
    expect(await new MadeFiles(author.folder).all()).toEqual([]);
    return message;
  }

  it.each([
    'private_bot_token',
    'socket_mode_app_token',
    'private_app_token',
    'oauth_access_token',
    'private_signing_secret',
  ])('A connection that holds a %s of somebody is left as it is', async (name) => {
    await setUp(author.connectionId, { auth_type: 'socketMode', [name]: REAL.private_bot_token });
    expect(await refusal(() => author.dev())).toMatch(
      new RegExp(`is set up with tokens that are not the scripted Slack's \\(${name}\\)`),
    );
  });

  it('A server on another machine is refused, unless it is said that it is meant', async () => {
    for (const url of ['http://autokitteh.example:9980', 'http://192.0.2.1', 'http://localhost.example']) {
      expect(await refusal(() => author.dev({}, { AUTOKITTEH_URL: url }))).toContain('add --yes-this-server');
    }
    // A proxy may be anywhere, and so may be what it calls localhost.
    expect(await refusal(() => author.dev({}, { AUTOKITTEH_PROXY: 'http://192.0.2.1:3128' }))).toContain(
      'add --yes-this-server',
    );
    const meant = await refusal(() =>
      author.dev({ yesThisServer: true }, { AUTOKITTEH_URL: 'http://127.0.0.1:9' }),
    );
    expect(meant).toContain('cannot be reached');
  });

  it('A server in front of which this program runs is refused, whichever of its ports is found', async () => {
    const { server } = author;
    const program = await startProgram({
      autokittehUrl: server.url,
      signKey: server.standIn.signKey,
      slackApiUrl: 'http://127.0.0.1:9/api/',
    });
    try {
      expect(await refusal(() => author.dev({}, { AUTOKITTEH_URL: program.gatewayUrl }))).toContain(
        'is the gateway of another ak-slack program',
      );
      for (const setting of ['GATEWAY_LISTEN', 'PLUGIN_LISTEN']) {
        const url = setting === 'GATEWAY_LISTEN' ? program.gatewayUrl : program.pluginUrl;
        const said = await refusal(() => author.dev({}, { [setting]: new URL(url).host }));
        expect(said).toContain(`another ak-slack program listens at ${url}`);
      }
    } finally {
      await program.stop();
    }
  });

  it('A run ends when another program gives its connection a status', async () => {
    const dev = await author.dev();
    await eventually(() => statusOf(author.connectionId).includes('live'), 'a status of ours');
    const status = { code: 3, message: 'Slack refused the app-level token' };
    await author.server.system.connections.update({
      connection: { connectionId: author.connectionId, status },
    });
    expect(await dev.broken).toContain('another ak-slack program serves');
  });

  it('A second run for the same connection is refused, and the first one goes on', async () => {
    const dev = await author.dev();
    const message = await author.dev().then(
      () => '',
      (error: unknown) => (error instanceof Error ? error.message : ''),
    );
    expect(message).toContain(`its page is ${dev.url}`);
    expect(variablesOf(author.connectionId)['private_bot_token']).toMatch(/^xoxb-/);
  });

  it.each([
    ['nothing', 'names no connection'],
    ['no_project/my_slack', 'the server has no project no_project'],
    ['con_00000000000000000000000000', 'the server has no connection'],
  ])('A connection that is called %s is refused', async (connection, sentence) => {
    expect(await refusal(() => author.dev({ connection }))).toContain(sentence);
  });
});
