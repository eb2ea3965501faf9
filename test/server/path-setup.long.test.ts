import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { AK_BIN, akProgram } from './ak-program.js';
import { appTokenOf, MEETINGS, startPathWorld, type PathWorld } from '../world/people.js';
import { refusalOf } from '../helpers/refusal.js';
import { hasDefaultUser, type TestUser } from '../world/server.js';
import { seeOfSockets } from '../world/program-under-test.js';
import { Status_Code } from '../../src/gen/autokitteh/common/v1/common_pb.js';
import type { SlackInstallation } from '../../src/sim/slack/directory/entities.js';
import { newConnection } from './new-connection.js';

describe.each(MEETINGS)('The setup of a connection, server: %s', (meeting) => {
  let world: PathWorld;
  let user: TestUser;

  beforeAll(async () => {
    world = await startPathWorld(meeting);
    user = await world.server.createUser();
  });
  afterAll(() => world.stop());

  const tokensOf = (installation: SlackInstallation): Record<string, string> => ({
    bot_token: installation.botToken,
    app_token: appTokenOf(installation.app),
  });

  it('The form that AutoKitteh’s own page sends is saved, and redirects as the built-in does', async () => {
    const { cid, installation } = await newConnection(world, user);
    const ends: [origin: string, end: string][] = [
      ['cli', `/connections/${cid}/success`],
      ['web', `/connections/${cid}/success`],
      ['dash', `/internal/dashboard/connections/${cid}?msg=Success`],
      ['vscode', `vscode://autokitteh.autokitteh?cid=${cid}`],
    ];
    for (const [origin, end] of ends) {
      const saved = await world.save(user, cid, { ...tokensOf(installation), origin });
      expect([saved.status, saved.headers.get('location')]).toEqual([302, end]);
    }
    expect((await world.ask(`/connections/${cid}/success`, user)).status).toBe(200);
  });

  it('The status is true before and after a deployment', async () => {
    const { project, cid, installation } = await newConnection(world, user);
    const { connections } = world.through(user);
    const fresh = (await connections.get({ connectionId: cid })).connection;
    expect(fresh?.status?.code).toBe(Status_Code.INIT_REQUIRED);
    expect(fresh?.links).toMatchObject({ init_url: `/connections/${cid}/init` });
    expect((await world.save(user, cid, tokensOf(installation))).status).toBe(302);
    const ready = await world.waitForStatus(user, cid, /^Ready in Acme: sockets open when a deployment is/);
    expect(ready.code).toBe(Status_Code.OK);
    expect(world.slack.sockets(installation.app)).toEqual([]);

    await world.server.deploy(project);
    const live = /^Using Socket Mode in Acme: 2 sockets live(?: on 2 replicas)?$/;
    await world.waitForStatus(user, cid, live);
    await seeOfSockets(async () => {
      expect((await connections.test({ connectionId: cid })).status?.message).toMatch(live);
    });
    await seeOfSockets(async () => {
      expect((await connections.refreshStatus({ connectionId: cid })).status?.message).toMatch(live);
    });
    for (const verb of ['test', 'refresh'])
      await seeOfSockets(async () => {
        const answer = await world.ask(`/connections/${cid}/${verb}`, user, { method: 'POST' });
        expect(await answer.json()).toEqual({
          code: 'CODE_OK',
          message: expect.stringMatching(live) as string,
        });
      });
    // What the server would have put there by itself does not last.
    await user.clients.connections.refreshStatus({ connectionId: cid });
    await world.waitForStatus(user, cid, live);
  });

  it('The status says when Slack has taken a token back', async () => {
    const { project, cid, installation } = await newConnection(world, user);
    await world.server.deploy(project);
    await world.connect(user, cid, installation);
    world.slack.revoke(installation.botToken, 'token_revoked');
    const tested = (await world.through(user).connections.test({ connectionId: cid })).status;
    expect(tested).toMatchObject({
      code: Status_Code.ERROR,
      message: expect.stringContaining('token_revoked') as string,
    });
    await world.waitForStatus(user, cid, /token_revoked/);
  });

  it.each<[string, (good: SlackInstallation, other: SlackInstallation) => Record<string, string>, string]>([
    ['bot token', () => ({ bot_token: 'xoxb-1-2-wrong' }), 'slack token auth test failed'],
    [
      'app-level token',
      (good) => ({ app_token: `xapp-1-${good.app.id}-1-wrong` }),
      'slack WebSocket connection opening failed',
    ],
    ['pair', (_, other) => ({ app_token: appTokenOf(other.app) }), 'slack tokens of two apps'],
    ['form', () => ({ bot_token: '' }), 'missing private Socket Mode app details'],
    ['auth type', () => ({ auth_type: 'socketmode' }), 'unexpected auth type "socketmode"'],
    ['origin', () => ({ origin: 'a-b' }), 'bad redirect URL'],
  ])('A wrong %s is refused with its reason, and nothing is stored', async (what, wrong, words) => {
    const { cid, installation } = await newConnection(world, user);
    const other = (await newConnection(world, user)).installation;
    const refused = await world.save(user, cid, { ...tokensOf(installation), ...wrong(installation, other) });
    expect(refused.status).toBe(400);
    expect(await refused.text()).toContain(words);
    const stored = await world.stored(cid);
    // A type that is not ours is the server's to refuse, and it stores the type first.
    expect(stored).toEqual(what === 'auth type' ? { auth_type: 'socketmode' } : {});
    expect(world.slack.sockets(installation.app)).toEqual([]);
  });

  it('The sockets close when the connection is deleted, and events that still come are acknowledged', async () => {
    const { project, cid, installation } = await newConnection(world, user);
    await world.server.deploy(project);
    await world.connect(user, cid, installation);
    const mine = world.through(user);
    for (const triggerId of project.triggerIds) await mine.triggers.delete({ triggerId });
    await mine.connections.delete({ connectionId: cid });
    await world.slack.waitUntilSockets(() => world.slack.sockets(installation.app).length === 0);
    expect(await mine.connections.get({ connectionId: cid })).not.toHaveProperty('connection');
  });

  it('Two people cannot touch each other’s connections', async () => {
    const { project, cid, installation } = await newConnection(world, user);
    await world.server.deploy(project);
    await world.connect(user, cid, installation);
    const before = await world.stored(cid);
    const stranger = await world.server.createUser();
    const other = world.slack.install(world.slack.addApp(), world.slack.addWorkspace('Elsewhere'));

    const { connections, vars } = world.through(stranger);
    const refused = { code: 'PermissionDenied', words: 'unauthorized' };
    expect(await connections.get({ connectionId: cid })).not.toHaveProperty('connection');
    expect(await refusalOf(connections.test({ connectionId: cid }))).toEqual(refused);
    expect(await refusalOf(connections.refreshStatus({ connectionId: cid }))).toEqual(refused);
    expect(await refusalOf(vars.set({ vars: [{ scopeId: cid, name: 'a', value: 'b' }] }))).toEqual(refused);
    expect((await refusalOf(vars.get({ scopeId: cid }))).code).toBe('NotFound');
    expect((await refusalOf(connections.delete({ connectionId: cid }))).code).toBe('NotFound');
    for (const verb of ['test', 'refresh']) {
      const answer = await world.ask(`/connections/${cid}/${verb}`, stranger, { method: 'POST' });
      expect([answer.status, await answer.text()]).toEqual([500, 'unauthorized\n']);
    }
    const init = await world.ask(`/connections/${cid}/init/web`, stranger);
    expect([init.status, await init.text()]).toEqual([500, 'not_found\n']);
    const saved = await world.save(stranger, cid, tokensOf(other));
    expect([saved.status, await saved.text()]).toEqual([404, 'connection not found']);
    const pressed = await world.save(stranger, cid, { ...tokensOf(other), action: 'disconnect' });
    expect(pressed.status).toBe(404);
    expect((await world.ask(`/slack/?cid=${cid}`, stranger)).status).toBe(404);
    expect((await world.ask(`/slack/assets/state?cid=${cid}`, stranger)).status).toBe(404);

    // Whoever says nothing is a stranger too where there is a default user.
    const hasDefault = await hasDefaultUser(world.server);
    for (const [path, strangers] of [
      [`/connections/${cid}/init/web`, 500],
      [`/slack/?cid=${cid}`, 404],
      [`/slack/assets/state?cid=${cid}`, 404],
    ] as const)
      expect((await world.ask(path)).status, path).toBe(hasDefault ? strangers : 401);
    const anonymous = await world.ask('/slack/save', undefined, {
      method: 'POST',
      body: new URLSearchParams({ cid, origin: 'cli', auth_type: 'socketMode', ...tokensOf(other) }),
    });
    expect(anonymous.status).toBe(hasDefault ? 404 : 401);

    expect(await world.stored(cid)).toEqual(before);
    await seeOfSockets(() => expect(world.slack.sockets(installation.app)).toHaveLength(2));
    expect(world.slack.sockets(other.app)).toEqual([]);
    expect((await connections.list({})).connections).toEqual([]);
  });

  if (AK_BIN !== undefined) {
    const binary = AK_BIN;
    it('The ak program sets a connection up', async () => {
      const { project, cid, installation } = await newConnection(world, user);
      await world.server.deploy(project);
      const ak = akProgram(binary, world.url, user.token);
      try {
        expect(await ak.run('connection', 'get', cid)).toContain('CODE_INIT_REQUIRED');
        const init = await ak.run('connection', 'init', cid);
        const link = /http:\S+/.exec(init)?.[0] ?? '';
        expect(link).toBe(`${world.url}/connections/${cid}/init/cli`);
        const opened = await fetch(link, { headers: { authorization: `Bearer ${user.token}` } });
        expect(await opened.text()).toContain('Save Connection');
        await world.connect(user, cid, installation);
        for (const command of ['get', 'test'])
          expect(await ak.run('connection', command, cid)).toContain('in Acme: 2 sockets live');
        expect(await ak.run('integration', 'get', 'slack')).toContain('/slack/assets/icon.svg');
        expect(await ak.run('integration', 'list')).toContain('/slack/assets/icon.svg');
        const set = ['var', 'set', '--connection', cid, 'socket_mode_app_token', 'xapp-nonsense'];
        await ak.run(...set);
        await world.waitForStatus(user, cid, /socket_mode_app_token: The app-level token looks cut off/);
      } finally {
        ak.stop();
      }
    });
  }
});
