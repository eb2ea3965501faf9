import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { create } from '@bufbuild/protobuf';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { appTokenOf, startStandInWorld, type PathWorld } from '../world/people.js';
import { socketModeVariables } from '../world/socket-mode-variables.js';
import type { TestProject, TestUser } from '../world/server.js';
import { seeOfSockets } from '../world/program-under-test.js';
import { stringAt } from '../../src/core/json.js';
import { integrationIdFromName } from '../../src/autokitteh/ids.js';
import { freePorts } from '../../src/demo/free-ports.js';
import { Status_Code } from '../../src/gen/autokitteh/common/v1/common_pb.js';
import { ValueSchema, type Value } from '../../src/gen/autokitteh/values/v1/values_pb.js';
import type { StandIn } from '../../src/sim/autokitteh/stand-in.js';
import { valueToJson } from '../../src/sim/autokitteh/values.js';
import { homeOf, type SlackInstallation } from '../../src/sim/slack/directory/entities.js';
import { message } from '../../src/sim/slack/frames/messages.js';

const text = (v: string): Value => create(ValueSchema, { string: { v } });

// Only a stand-in attaches: no released server does.
describe('a server that attaches the contract, and nobody in front of it', () => {
  let world: PathWorld & { readonly standIn: StandIn };
  let user: TestUser;
  let installation: SlackInstallation;
  let project: TestProject;
  let cid: string;
  let folder: string;

  // Beside the built-in `slack`, with the plugin's own port for the page.
  const integrationId = integrationIdFromName('slack_sockets');

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'path-attached-'));
    const [port = 0] = await freePorts(1);
    const manifest = (await readFile('integration.yaml', 'utf8'))
      .replace('unique_name: slack', 'unique_name: slack_sockets')
      .replace('connection_url: /slack', `connection_url: http://127.0.0.1:${port}/slack`);
    await writeFile(join(folder, 'integration.yaml'), manifest);
    world = await startStandInWorld('attached', {
      INTEGRATION_MANIFEST: join(folder, 'integration.yaml'),
      PLUGIN_LISTEN: `127.0.0.1:${port}`,
      GATEWAY_LISTEN: 'off',
    });
    user = await world.server.createUser();
    installation = world.slack.install(world.slack.addApp(), world.slack.addWorkspace('Acme'));
    project = await world.server.createProject(user, {
      connections: { sl: { integrationId } },
      triggers: [{ connection: 'sl', eventType: 'message', call: 'on_event' }],
    });
    cid = project.connections['sl'] ?? '';
  });
  afterAll(async () => {
    await world.stop();
    await rm(folder, { recursive: true, force: true });
  });

  it('An attaching server lists the integration beside its own, and makes connections with the status that it gives', async () => {
    const { integrations } = await user.clients.integrations.list({});
    expect(integrations.map(({ uniqueName }) => uniqueName).sort()).toEqual(['slack', 'slack_sockets']);
    const { connection } = await user.clients.connections.get({ connectionId: cid });
    expect(connection?.status).toMatchObject({
      code: Status_Code.INIT_REQUIRED,
      message: 'Not set up yet',
    });
  });

  it('An attaching server leads to the page on the port of the program, which saves with the person’s own rights', async () => {
    const headers = { authorization: `Bearer ${user.token}` };
    const begun = await fetch(`${world.server.url}/connections/${cid}/init/web`, {
      headers,
      redirect: 'manual',
    });
    const page = begun.headers.get('location') ?? '';
    expect(page).toBe(`${world.program.pluginUrl}/slack?cid=${cid}&origin=web`);
    expect(await (await fetch(page, { headers })).text()).toContain('Save Connection');
    const end = `${world.server.url}/connections/${cid}/success`;
    const refused = await fetch(page);
    expect(refused.status).toBe(401);
    const saved = await fetch(`${world.program.pluginUrl}/slack/save`, {
      ...{ method: 'POST', headers, redirect: 'manual' as const },
      body: new URLSearchParams({
        ...{ cid, origin: 'web', auth_type: 'socketMode' },
        ...{ bot_token: installation.botToken, app_token: appTokenOf(installation.app) },
      }),
    });
    expect(saved.status).toBe(302);
    expect(saved.headers.get('location')).toBe(end);
    expect((await fetch(end, { headers })).status).toBe(200);
    expect(await (await fetch(page, { headers })).text()).toContain(`id="way-back" href="${end}"`);
    expect(await world.stored(cid)).toMatchObject({ private_bot_token: installation.botToken });
  });

  it('An attaching server shows the status that the integration gives as soon as variables were written', async () => {
    const scopeId = (await world.server.createProject(user, { connections: { sl: { integrationId } } }))
      .connections['sl'];
    const status = async (): Promise<string | undefined> =>
      (await user.clients.connections.get({ connectionId: scopeId ?? '' })).connection?.status?.message;
    const vars = socketModeVariables(installation.app, installation).map((row) => ({
      ...row,
      scopeId: scopeId ?? '',
    }));
    await user.clients.vars.set({ vars: vars.filter(({ name }) => name !== 'private_bot_token') });
    expect(await status()).toMatch(/^private_bot_token is missing/);
    await user.clients.vars.set({ vars });
    expect(await status()).toMatch(/^Ready/);
    await user.clients.vars.delete({ scopeId: scopeId ?? '' });
    // The program's own look at the connection may have been on its way with a status meanwhile.
    await world.waitForStatus(user, scopeId ?? '', /^Init required$/);
  });

  it('An attaching server asks the integration for a test and for a refresh', async () => {
    await world.server.deploy(project);
    await world.waitForStatus(user, cid, /: 2 sockets live/);
    const live = {
      code: Status_Code.OK,
      message: expect.stringMatching(
        /^Using Socket Mode in Acme: 2 sockets live(?: on 2 replicas)?$/,
      ) as string,
    };
    const { connections } = user.clients;
    await seeOfSockets(async () => {
      expect((await connections.test({ connectionId: cid })).status).toMatchObject(live);
    });
    await seeOfSockets(async () => {
      expect((await connections.refreshStatus({ connectionId: cid })).status).toMatchObject(live);
    });
    await seeOfSockets(async () => {
      const answer = await fetch(`${world.server.url}/connections/${cid}/test`, {
        method: 'POST',
        headers: { authorization: `Bearer ${user.token}` },
      });
      expect(await answer.json()).toEqual({ code: 'CODE_OK', message: live.message });
    });
  });

  it('An attaching server gives a session the configuration and functions, whose errors can be caught', async () => {
    const seen: unknown[] = [];
    const channel = homeOf(installation).channels[0];
    world.standIn.emulate('main.star:on_event', async (session) => {
      seen.push(session.env['sl__private_bot_token'], session.env['sl__connection_id']);
      const said = { channel: text(stringAt(session.event.data, 'channel')), text: text('hello back') };
      const posted = await session.call('sl', 'chat_postMessage', { kwargs: said });
      seen.push(posted.value && valueToJson(posted.value));
      const nowhere = { channel: text('C0NOWHERE'), text: text('x') };
      const { error } = await session.call('sl', 'chat_postMessage', { kwargs: nowhere });
      seen.push(error?.value?.struct?.ctor?.symbol?.name, error?.value && valueToJson(error.value));
    });
    const entry = world.slack.send(installation, message({ text: 'hello' }));
    const eventId = await world.eventOf(entry, cid);
    await world.server.waitForSession(
      project,
      (each) => each.eventId === eventId && each.state === 'completed',
    );
    expect(seen).toEqual([
      installation.botToken,
      cid,
      expect.objectContaining({ ok: true, channel: channel?.id }),
      'slack_error',
      expect.objectContaining({ error: 'channel_not_found', method: 'chat_postMessage' }),
    ]);
    expect(channel?.messages.at(-1)).toMatchObject({ text: 'hello back' });
  });

  it('An attaching server is refused without the credential', async () => {
    world.standIn.attach({ url: world.program.pluginUrl, token: 'another' });
    const connection = { orgId: user.orgId, name: 'other', integrationId };
    await expect(user.clients.connections.create({ connection })).rejects.toThrow(/unauthenticated/i);
  });
});
