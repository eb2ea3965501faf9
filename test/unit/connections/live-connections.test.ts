import { describe, expect, it } from 'vitest';
import { LIVE_POLICY } from '../../../src/connections/policy.js';
import type { BotVerdict } from '../../../src/connections/whose-bot.js';
import { TOKENS, KNOWN, UNANSWERED, HERE, start } from './live-connections-rig.js';

describe('LiveConnections', () => {
  it('Active connections have sockets, and their events are routed to them', async () => {
    const { clock, server, live, wanted, slack } = start();
    server.add('one');
    slack.of.set('xoxb-2', { ...KNOWN, owner: { ...KNOWN.owner, appId: 'A2' } });
    const other = { socket_mode_app_token: 'xapp-1-A2-1-x', private_bot_token: 'xoxb-2' };
    server.add('two', { ...TOKENS, ...other }, false);
    live.start();
    await clock.advance(LIVE_POLICY.reconcileMs);
    expect([...wanted.apps.keys()]).toEqual(['A1']);
    expect(live.registry.connectionsOf(HERE)).toEqual(['one']);
    expect(live.registry.connectionsOf({ ...HERE, teamId: 'T2' })).toEqual([]);
    expect(server.connections.get('one')?.status.message).toBe('Using Socket Mode in Team: 2 sockets live');
    expect(server.connections.get('two')?.status.code).toBe('ok');
  });

  it('Sockets close when the last deployment is gone, but not while one deployment replaces another', async () => {
    const { clock, server, live, wanted } = start();
    const one = server.add('one');
    live.start();
    await clock.advance(2_000);
    one.active = false;
    await clock.advance(LIVE_POLICY.graceMs - 1_500);
    expect(wanted.apps.size).toBe(1);
    one.active = true;
    await clock.advance(10_000);
    expect(wanted.apps.size).toBe(1);
    one.active = false;
    await clock.advance(LIVE_POLICY.graceMs + 2 * LIVE_POLICY.reconcileMs);
    expect(wanted.apps.size).toBe(0);
  });

  it('A deleted connection is forgotten at the next look', async () => {
    const { clock, server, live, wanted } = start();
    server.add('one');
    live.start();
    await clock.advance(2_000);
    server.connections.clear();
    await clock.advance(LIVE_POLICY.reconcileMs);
    expect(wanted.apps.size).toBe(0);
    expect(live.registry.connectionsOf(HERE)).toEqual([]);
  });

  it('Tokens that are set past the gateway are found, variable by variable', async () => {
    const { clock, server, live, wanted } = start();
    const one = server.add('one', {});
    live.start();
    await clock.advance(5_000);
    expect(live.current('one').code).toBe('init_required');
    one.variables = { socket_mode_app_token: TOKENS.socket_mode_app_token };
    await clock.advance(LIVE_POLICY.incompleteMs + 2 * LIVE_POLICY.reconcileMs);
    expect(one.status).toMatchObject({ code: 'error' });
    one.variables = TOKENS;
    await clock.advance(LIVE_POLICY.incompleteMs + 2 * LIVE_POLICY.reconcileMs);
    expect(wanted.apps.size).toBe(1);
    expect(one.status.code).toBe('ok');
  });

  it('The server is asked few questions when nothing changes', async () => {
    const { clock, server, live, slack } = start();
    for (let index = 0; index < 20; index++) server.add(`c${index}`);
    live.start();
    await clock.advance(5 * 60_000);
    // At the start, and once more after its status was brought to the server.
    expect(server.reads.length).toBe(40);
    expect(slack.asked).toBe(1);
  });

  it('Known connections stay in use while the server is down, and the program recovers by itself', async () => {
    const { clock, server, live, wanted, health } = start();
    server.add('one');
    live.start();
    await clock.advance(2_000);
    server.down = true;
    await clock.advance(60_000);
    expect(wanted.apps.size).toBe(1);
    expect(health.problems('server')).toEqual(['AutoKitteh is unreachable: connection refused']);
    expect(await live.queries.config('one')).toEqual(TOKENS);
    server.down = false;
    server.add('two');
    await clock.advance(LIVE_POLICY.reconcileMs);
    expect(health.problems('server')).toEqual([]);
    expect(live.registry.connectionsOf(HERE)).toEqual(['one', 'two']);
  });

  it('No socket is closed while Slack is being asked about the next bot token', async () => {
    const { clock, server, live, wanted, slack } = start();
    const one = server.add('one');
    live.start();
    await clock.advance(2_000);
    let answer: (verdict: BotVerdict) => void = () => undefined;
    slack.hold = new Promise((resolve) => (answer = resolve));
    one.variables = { ...TOKENS, private_bot_token: 'xoxb-2' };
    live.noticeChange('one');
    await clock.advance(2 * LIVE_POLICY.reconcileMs);
    expect(wanted.apps.size).toBe(1);
    answer(UNANSWERED);
    await clock.advance(LIVE_POLICY.reconcileMs);
    expect(wanted.apps.size).toBe(0);
  });

  it('A connection that now connects another way is left to the server', async () => {
    const { clock, server, live } = start();
    const one = server.add('one');
    live.start();
    await clock.advance(LIVE_POLICY.reconcileMs);
    one.variables = { auth_type: 'oauthDefault' };
    one.status = { code: 'ok', message: 'Using OAuth 2.0' };
    await clock.advance(20 * LIVE_POLICY.reconcileMs);
    // A few looks at most, not one after the other.
    expect(server.reads.length).toBeLessThan(5);
    expect(server.refreshes).toEqual(['one']);
  });

  it('Connections of other kinds and those that are not set up are left to the server', async () => {
    const { clock, server, live } = start();
    const before = { code: 'ok', message: 'Using OAuth 2.0' } as const;
    server.add('oauth', { auth_type: 'oauthDefault' }).status = before;
    server.add('new', {}).status = { code: 'init_required', message: 'Init required' };
    live.start();
    await clock.advance(30_000);
    expect(server.connections.get('oauth')?.status).toEqual(before);
    expect(server.connections.get('new')?.status.code).toBe('init_required');
    expect(server.refreshes).toEqual([]);
    expect(live.current('nobody')).toEqual({ code: 'init_required', message: 'Init required' });
  });
});
