import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { appMention, message } from '../../../src/sim/slack/frames/messages.js';
import { useFolder } from '../../helpers/use-folder.js';
import { addInstallation, save, setVariables, type TestConnection } from '../../world/connections.js';
import { untilStatus } from '../../world/observations.js';
import type { TriggerPlan } from '../../world/server.js';
import { startWorld, type World } from '../../world/world.js';
import { doctorFindings } from './doctor-findings.js';
import { environmentOf, runWords } from './run-words.js';

const folder = useFolder();

/** What the doctor finds for the connection; asked with its owner's own credential and no other. */
async function doctor(world: World, named: string, words: readonly string[] = []) {
  const tokenFile = await folder.file('user-token', world.owner.token);
  const asked = ['--connection', named, '--user-token-file', tokenFile, ...words];
  const { code, findings, of } = await doctorFindings(asked, environmentOf(world));
  const failed = findings.filter(({ verdict }) => verdict === 'failed').map(({ step }) => step);
  return { code, findings, of, failed };
}

type Triggers = readonly Omit<TriggerPlan, 'connection'>[];

/** A connection with these triggers in a project of its own. */
async function project(
  { server, owner }: World,
  triggers: Triggers,
  deployed = true,
): Promise<TestConnection> {
  const made = await server.createProject(owner, {
    connections: { my_slack: {} },
    triggers: triggers.map((trigger) => ({ connection: 'my_slack', ...trigger })),
  });
  if (deployed) await server.deploy(made);
  return { id: made.connections['my_slack'] ?? '', project: made };
}

/** The same, saved, with its sockets open. */
async function connected(world: World, triggers: Triggers) {
  const added = addInstallation(world);
  const connection = await project(world, triggers);
  const { botToken } = added.installation;
  expect((await save(world, connection, { botToken, appToken: added.appToken })).status).toBe(302);
  await untilStatus(world, connection.id, 'ok', /2 sockets live/);
  return { ...added, connection };
}

/** The points of the list for people, in its order. */
async function pointsOfPage(): Promise<string[]> {
  const page = await readFile(join(import.meta.dirname, '../../../docs/authors/why-no-event.md'), 'utf8');
  const [, table = ''] = page.split(/^\| point .*\n.*\n/m);
  return [...(table.split('\n\n')[0] ?? '').matchAll(/^\| `([^`]+)`/gm)].map(([, point = '']) => point);
}

const ON_MESSAGE = { call: 'on_event', eventType: 'message' } as const;

describe('the command doctor for one connection', () => {
  it('The doctor finds each point well for a connection whose events start sessions, and follows the last one', async () => {
    const world = await startWorld();
    const { app, installation, connection } = await connected(world, [ON_MESSAGE]);
    const lifted = world.slack.faults.api('users.conversations', {
      ...{ t: 'status', status: 200 },
      body: JSON.stringify({ ok: true, channels: [{ id: 'C1' }] }),
    });
    const opened = world.slack.sockets(app).length;
    world.slack.send(installation, message());
    await world.server.waitForSession(connection.project, ({ state }) => state === 'completed');
    const { code, findings, of, failed } = await doctor(world, connection.id);
    lifted();
    expect([code, failed]).toEqual([0, []]);
    for (const step of ['connection', 'tokens', 'sockets', 'deployment', 'triggers', 'scopes', 'channels'])
      expect([step, ...new Set(of(step).map(({ verdict }) => verdict))]).toEqual([step, 'ok']);
    const steps = [...new Set(findings.map(({ step }) => step))];
    // What runs is told by its sockets.
    expect(steps).toEqual((await pointsOfPage()).filter((point) => point !== 'program'));
    expect(of('sockets')[1]?.found).toBe(`2 sockets of app ${app.id} are live, of 2 that there should be.`);
    expect(of('triggers')[0]?.found).toBe('1 trigger: t0 takes message.');
    expect(of('app')).toEqual([
      {
        step: 'app',
        verdict: 'skipped',
        found: 'Slack does not tell a bot which events its app sends.',
        advice: expect.stringContaining(
          `apps/${app.id} for: message.channels or message.groups or message.im or message.mpim under`,
        ) as string,
      },
    ]);
    expect(of('own events')[0]?.found).toContain(`@${installation.botUser.name}`);
    expect(of('journal')[0]?.found).toBe('None of its events waits.');
    expect(of('events')).toEqual([
      {
        step: 'events',
        verdict: 'ok',
        found: expect.stringMatching(
          /^message at [-\d: ]+ UTC \(evt_\w+\), received [-\d: ]+ UTC, acknowledged after [\d.]+ ms, dispatched after \d+ ms: started ses_\w+, completed\.$/,
        ) as string,
      },
    ]);
    expect(world.slack.sockets(app)).toHaveLength(opened);
  });

  it('The doctor says why an event started nothing: no trigger for its type, a filter, no deployment', async () => {
    const world = await startWorld();
    const { installation, connection } = await connected(world, [
      { ...ON_MESSAGE, filter: 'data.text == "never"' },
    ]);
    const { projectId } = connection.project;
    const send = async (frame: ReturnType<typeof message>, count: number): Promise<void> => {
      const entry = world.slack.send(installation, frame);
      await world.slack.ledger.settled(entry);
      await expect.poll(() => world.standIn.store.events.length).toBe(count);
    };
    await send(message({ text: 'once' }), 1);
    await send(appMention(), 2);
    // As if all of it were a minute ago: what has just come may still start something.
    const { events, deployments } = world.standIn.store;
    for (const row of deployments.values()) row.updatedAt -= 120_000;
    for (const row of events) row.createdAt -= 60_000;
    const { code, of } = await doctor(world, connection.id);
    expect(code).toBe(0);
    expect(of('events').map(({ verdict, advice }) => [verdict, advice])).toEqual([
      ['warning', 'No trigger of the connection takes events of the type app_mention.'],
      [
        'warning',
        expect.stringMatching(
          /^1 trigger takes events of the type message, but no filter .*\(ak event get evt_\w+\)\.$/,
        ),
      ],
    ]);
    for (const { deploymentId } of (await world.owner.clients.deployments.list({ projectId })).deployments)
      await world.owner.clients.deployments.deactivate({ deploymentId });
    const without = await doctor(world, connection.id);
    expect(without.code).toBe(1);
    expect(without.of('deployment')[0]).toMatchObject({
      verdict: 'failed',
      advice: expect.stringContaining('ak deploy') as string,
    });
    for (const event of without.of('events'))
      expect(event).toMatchObject({
        verdict: 'follows',
        found: expect.stringMatching(
          /^Follows from “deployment” above: .*: started no session\.$|: started no session\. As above\.$/,
        ) as string,
      });
  });

  it('The doctor finds triggers that no event can start, and says what to write instead', async () => {
    const world = await startWorld();
    const connection = await project(world, [
      { call: 'on_event', eventType: 'message.im' },
      { call: 'on_event', eventType: 'view_submission' },
      { call: 'on_event', eventType: 'message_changed' },
      { call: 'on_event', eventType: '/deploy' },
      { call: 'on_event', eventType: 'constructor' },
      { call: 'on_event', eventType: 'message', filter: 'data.event.text == "x"' },
      { eventType: 'app_mention' },
    ]);
    const { code, of } = await doctor(world, connection.id);
    expect(code).toBe(1);
    expect(of('triggers').slice(1)).toMatchObject(
      [
        [
          'failed',
          /message\.im, which t0/,
          /`event_type: message` with `filter: data\.channel_type == "im"`/,
        ],
        [
          'failed',
          /view_submission, which t1/,
          /`event_type: interaction` with `filter: data\.type == "view/,
        ],
        ['failed', /message_changed, which t2/, /`filter: data\.subtype == "message_changed"`/],
        [
          'failed',
          /\/deploy, which t3/,
          /`event_type: slash_command` with `filter: data\.command == "\/deploy"`/,
        ],
        ['warning', /constructor, which t4 waits for, is no event/, /events\.md/],
        ['failed', /filter of t5 reads data\.event, which is not there/, /`data\.text`/],
        ['failed', /t6 has no `call`/, /`call: <file>:<function>`/],
      ].map(([verdict, found, advice]) => ({
        verdict,
        found: expect.stringMatching(found ?? '') as string,
        advice: expect.stringMatching(advice ?? '') as string,
      })),
    );
    expect(of('tokens')).toMatchObject([{ verdict: 'failed', found: 'The connection has no tokens.' }]);
    expect(of('sockets')).toMatchObject([{ verdict: 'follows' }]);
  });

  it('The doctor finds a lack of triggers, of tokens that belong together, of scopes and of channels', async () => {
    const world = await startWorld();
    const { installation, connection, appToken } = await connected(world, []);
    world.slack.faults.api('users.conversations', {
      ...{ t: 'status', status: 200, body: JSON.stringify({ ok: true, channels: [] }) },
    });
    const none = await doctor(world, connection.id);
    expect(none.failed).toEqual(['triggers']);
    expect(none.of('channels')[0]).toMatchObject({
      verdict: 'warning',
      advice: expect.stringContaining(`/invite @${installation.botUser.name}`) as string,
    });
    const other = world.slack.install(world.slack.addApp(), world.slack.addWorkspace(), {
      scopes: ['users:read'],
    });
    const mixed = await project(world, [{ call: 'on_event', eventType: 'reaction_added' }]);
    await setVariables(mixed, {
      ...{ auth_type: 'socketMode', private_bot_token: other.botToken, socket_mode_app_token: appToken },
    });
    const { code, of } = await doctor(world, mixed.id);
    expect(code).toBe(1);
    expect(of('tokens').at(-1)).toMatchObject({
      verdict: 'failed',
      found: expect.stringMatching(/^The bot token belongs to the app \w+, the app-level token to/) as string,
    });
    expect(of('scopes')).toMatchObject([
      { verdict: 'failed', found: 'The bot has none of the scopes for reaction_added: reactions:read.' },
    ]);
  });

  it('The doctor reads what the Slack app is subscribed to with an app configuration token', async () => {
    const world = await startWorld();
    const { app, installation, connection } = await connected(world, [
      ON_MESSAGE,
      { call: 'on_event', eventType: 'interaction' },
      { call: 'on_event', eventType: 'slash_command', filter: 'data.command == "/deploy"' },
    ]);
    const { workspace } = installation;
    if (workspace === undefined) throw new Error('it is installed in a workspace');
    const file = join(folder.path, 'config-token');
    await writeFile(file, world.slack.createConfigToken(workspace));
    const { code, of } = await doctor(world, connection.id, ['--app-config-token-file', file]);
    expect(code).toBe(1);
    expect(of('app').map(({ found }) => found)).toEqual([
      'The app is not subscribed to message.channels or message.groups or message.im or message.mpim.',
      'The app has no slash command /deploy.',
      'The app has no slash command.',
    ]);
    expect(world.slack.calls.of('apps.manifest.export').map(({ args }) => args)).toEqual([
      { app_id: app.id },
    ]);
    expect(world.slack.calls.of('apps.manifest.update')).toEqual([]);
  });

  it('The doctor takes the status that AutoKitteh has where the program does not answer', async () => {
    const world = await startWorld();
    const { connection } = await connected(world, [ON_MESSAGE]);
    const { program, standIn } = world;
    await program.stop();
    const { code, of } = await doctor(world, connection.id);
    expect(code).toBe(1);
    expect(of('program')[0]).toMatchObject({ verdict: 'skipped' });
    expect(of('sockets')[0]).toMatchObject({
      verdict: 'failed',
      found: expect.stringContaining(
        standIn.store.connections.get(connection.id)?.status.message ?? 'no status',
      ) as string,
    });
  });

  it('The doctor says what is wrong with the name of a connection, and with options that need one', async () => {
    const world = await startWorld();
    const wrong = await doctor(world, 'nothing/my_slack');
    expect(wrong.code).toBe(1);
    expect(wrong.findings).toMatchObject([
      {
        step: 'connection',
        verdict: 'failed',
        found: expect.stringMatching(/^There is no project nothing/) as string,
      },
    ]);
    expect((await doctor(world, 'con_00000000000000000000000000')).of('connection')[0]?.found).toMatch(
      /^AutoKitteh has no connection con_0+,/,
    );
    const { code, error } = await runWords(['doctor', '--user-token-file', 'x'], environmentOf(world));
    expect([code, error]).toEqual([2, expect.stringContaining('need --connection')]);
  });
});
