import { describe, expect, it } from 'vitest';
import { LIVE_POLICY } from '../../../src/connections/policy.js';
import { TOKENS, LIVE, start, startWithStatusOnItsWay } from './live-connections-rig.js';

describe('The statuses of live connections', () => {
  it("Variables are read again when the server put its own status back, and the program's status is shown again", async () => {
    const { clock, server, live } = start();
    const one = server.add('one');
    live.start();
    await clock.advance(5_000);
    one.status = { code: 'ok', message: 'Using Socket Mode' };
    one.variables = { auth_type: 'socketMode', socket_mode_app_token: TOKENS.socket_mode_app_token };
    await clock.advance(LIVE_POLICY.reconcileMs + LIVE_POLICY.settleMs + 250);
    expect(one.status).toMatchObject({
      code: 'error',
      message: expect.stringContaining('private_bot_token is missing') as string,
    });
  });

  it('Variables that were set while a status was being pushed are noticed', async () => {
    const { clock, one, arrive } = await startWithStatusOnItsWay();
    one.variables = { ...TOKENS, private_bot_token: 'no-token' };
    // The server's own status, which nobody sees: ours arrives over it.
    one.status = { code: 'ok', message: 'Using Socket Mode' };
    arrive();
    await clock.advance(3 * LIVE_POLICY.reconcileMs);
    expect(one.status).toMatchObject({
      code: 'error',
      message: expect.stringContaining('private_bot_token: The bot token starts with xoxb-.') as string,
    });
  });

  it('A connection whose variables went while a status was being pushed keeps no status of the program', async () => {
    const { clock, server, live, one, arrive } = await startWithStatusOnItsWay();
    one.variables = {};
    one.status = { code: 'init_required', message: 'Init required' };
    live.noticeChange('one');
    await clock.advance(LIVE_POLICY.reconcileMs);
    arrive();
    await clock.advance(1);
    expect(server.pushes).toEqual(['one']);
    expect(one.status.message).toBe('Init required');
    await clock.advance(10 * LIVE_POLICY.reconcileMs);
    expect(server.refreshes).toEqual(['one']);
  });

  it('No connection is looked at while nothing changes, but for a slow sweep', async () => {
    const { clock, server, live, wanted } = start();
    for (let index = 0; index < 20; index++) server.add(`con_${index}`);
    live.start();
    await clock.advance(5_000);
    const reconciled = wanted.apps;
    wanted.looks = 0;
    await clock.advance(20_000);
    expect(wanted.looks).toBe(0);
    expect(wanted.apps).toBe(reconciled);
    // Nobody announced this change.
    wanted.status = { ...LIVE, sockets: 3 };
    await clock.advance(LIVE_POLICY.statusSweepMs);
    expect(wanted.looks).toBe(1);
    expect(server.connections.get('con_7')?.status.message).toBe('Using Socket Mode in Team: 3 sockets live');
  });

  it('A change of the sockets is shown at once to the connections of their app', async () => {
    const { clock, server, live, wanted } = start();
    for (const id of ['one', 'two']) server.add(id);
    live.start();
    await clock.advance(5_000);
    server.pushes.length = 0;
    wanted.looks = 0;
    wanted.say({ ...LIVE, sockets: 3 });
    await clock.advance(0);
    expect(server.pushes).toEqual(['one', 'two']);
    expect(server.connections.get('two')?.status.message).toBe('Using Socket Mode in Team: 3 sockets live');
    expect(wanted.looks).toBe(1);
  });

  it('A problem of the program is shown when it has lasted, and its end at once', async () => {
    const { clock, server, live, health } = start();
    const one = server.add('one');
    live.start();
    await clock.advance(5_000);
    health.set('journal', ['The disk is full.']);
    await clock.advance(LIVE_POLICY.settleMs - 1);
    expect(one.status.code).toBe('ok');
    await clock.advance(1);
    expect(one.status).toEqual({ code: 'warning', message: 'The disk is full.' });
    health.set('journal', []);
    await clock.advance(0);
    expect(one.status.code).toBe('ok');
  });

  it('A status is brought to the server once although the server does not list its connections afterwards', async () => {
    const { clock, server, live, wanted } = start();
    server.add('one');
    live.start();
    await clock.advance(5_000);
    server.down = true;
    const before = server.pushes.length;
    wanted.say({ ...LIVE, sockets: 3 });
    await clock.advance(20_000);
    expect(server.connections.get('one')?.status.message).toMatch(/3 sockets live/);
    expect(server.pushes.slice(before)).toEqual(['one']);
  });

  it('A status that could not be brought to the server is brought there later, although nothing changes any more', async () => {
    const { clock, server, live, wanted } = start();
    const ids = ['one', 'two', 'three'];
    for (const id of ids) server.add(id);
    live.start();
    await clock.advance(5_000);
    server.refusesPushes = true;
    wanted.say({ ...LIVE, sockets: 3 });
    await clock.advance(60_000);
    expect(server.connections.get('one')?.status.message).toMatch(/: 2 sockets live$/);
    server.refusesPushes = false;
    await clock.advance(1.5 * LIVE_POLICY.statusRetry.maxMs);
    for (const id of ids) expect(server.connections.get(id)?.status.message).toMatch(/: 3 sockets live$/);
  });

  it('The status does not show a renewal of sockets, but soon shows a lasting problem', async () => {
    const { clock, server, live, wanted } = start();
    const one = server.add('one');
    live.start();
    await clock.advance(3_000);
    wanted.say({ ...LIVE, t: 'degraded', sockets: 1, reason: 'no reply', doing: 'opening another' });
    await clock.advance(1_000);
    wanted.say(LIVE);
    await clock.advance(1_000);
    expect(one.status.code).toBe('ok');
    wanted.say({ ...LIVE, t: 'broken', error: 'link_disabled', advice: 'Switch Socket Mode on.' });
    await clock.advance(2_000);
    expect(one.status).toEqual({
      code: 'error',
      message: 'Slack refused the sockets (link_disabled): Switch Socket Mode on.',
    });
  });
});
