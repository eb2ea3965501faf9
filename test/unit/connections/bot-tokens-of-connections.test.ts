import { describe, expect, it } from 'vitest';
import { LIVE_POLICY } from '../../../src/connections/policy.js';
import { TOKENS, KNOWN, UNANSWERED, HERE, start, startAgain, testOf } from './live-connections-rig.js';

describe('The bot tokens of live connections', () => {
  it('What Slack says of a bot token is one change, however many connections have the token', async () => {
    const changes = async (connections: number): Promise<number> => {
      const { clock, server, live } = start();
      for (let index = 0; index < connections; index++) server.add(`con_${index}`);
      let count = 0;
      live.refreshed.subscribe(() => (count += 1));
      live.start();
      await clock.advance(2_000);
      expect(live.registry.connectionsOf(HERE)).toHaveLength(connections);
      return count;
    };
    expect(await changes(50)).toBe(await changes(1));
  });

  it('A revoked bot token is shown with what to do, and the status recovers when the token is valid again', async () => {
    const { clock, server, live, slack } = start();
    const one = server.add('one');
    live.start();
    await clock.advance(3_000);
    slack.identity = { t: 'refused', error: 'token_revoked' };
    live.verifyTokens(HERE);
    await clock.advance(LIVE_POLICY.settleMs + 500);
    expect(one.status).toEqual({
      code: 'error',
      message:
        'Slack refused the bot token (token_revoked): the token was revoked, and does not come back: ' +
        'install the Slack app again at https://api.slack.com/apps/A1/oauth (OAuth & Permissions), ' +
        "which makes a new bot token, and save that on this connection's page",
    });
    slack.identity = KNOWN;
    expect(await testOf(live, clock)).toMatchObject({ code: 'ok' });
  });

  it('A bot token that Slack never spoke of opens no socket, whatever variables claim', async () => {
    const { clock, server, live, wanted, slack } = start();
    slack.identity = UNANSWERED;
    server.add('claims', { ...TOKENS, install_ids: 'A1//T1', app_id: 'A1', team_id: 'T1' });
    live.start();
    await clock.advance(LIVE_POLICY.reconcileMs);
    expect(wanted.apps.size).toBe(0);
    expect(live.registry.connectionsOf(HERE)).toEqual([]);
    expect(live.current('claims')).toMatchObject({
      code: 'warning',
      message: expect.stringMatching(/Verifying the bot token with Slack \(auth\.test: .*503\)/) as string,
    });
    const asking = live.identified(HERE);
    await clock.advance(1_000);
    expect(await asking).toBe(false);
    expect(live.identified({ ...HERE, appId: 'A3' })).toBeUndefined();
    slack.identity = KNOWN;
    await clock.advance(LIVE_POLICY.identityRetryMs + LIVE_POLICY.reconcileMs);
    expect([...wanted.apps.keys()]).toEqual(['A1']);
    expect(live.registry.connectionsOf(HERE)).toEqual(['claims']);
    expect(live.identified(HERE)).toBeUndefined();
  });

  it('A connection whose bot token Slack refuses gets no events, and no event waits for it', async () => {
    const { clock, server, live, wanted, slack } = start();
    slack.identity = { t: 'refused', error: 'invalid_auth' };
    server.add('made up', { ...TOKENS, install_ids: 'A1//T1' });
    live.start();
    await clock.advance(LIVE_POLICY.reconcileMs);
    expect(wanted.apps.size).toBe(0);
    expect(live.registry.connectionsOf(HERE, true)).toEqual([]);
    expect(live.identified(HERE)).toBeUndefined();
  });

  it('What Slack said before a restart counts at once, and the status tells that Slack does not say so now', async () => {
    const { clock, server, live, wanted, slack, logged } = await startAgain('one');
    slack.identity = UNANSWERED;
    server.add('one');
    live.start();
    await clock.advance(0);
    expect([...wanted.apps.keys()]).toEqual(['A1']);
    expect(live.registry.connectionsOf(HERE)).toEqual(['one']);
    expect(live.current('one')).toMatchObject({
      code: 'warning',
      message: expect.stringMatching(/2 sockets live, .*HTTP status 503/) as string,
    });
    const elsewhere = live.identified({ ...HERE, teamId: 'T2' });
    await clock.advance(1_000);
    expect(await elsewhere).toBe(false);
    slack.identity = KNOWN;
    await clock.advance(LIVE_POLICY.identityRetryMs + LIVE_POLICY.reconcileMs);
    expect(live.identified({ ...HERE, teamId: 'T2' })).toBeUndefined();
    expect(live.current('one')).toMatchObject({ code: 'ok' });
    expect(logged.filter(({ reason }) => reason === UNANSWERED.reason)).toHaveLength(1);
  });

  it('A refusal by Slack withdraws what is remembered, also for the next start', async () => {
    const before = start();
    before.server.add('one');
    before.live.start();
    await before.clock.advance(2_000);
    expect(before.tokens.records.size).toBe(1);
    before.slack.identity = { t: 'refused', error: 'token_revoked' };
    before.live.verifyTokens(HERE);
    await before.clock.advance(1_000);
    await before.live.stop();
    expect(before.tokens.records.size).toBe(0);
    const { clock, server, live, wanted, slack } = start(before.tokens, before.clock);
    slack.identity = UNANSWERED;
    server.add('one');
    live.start();
    await clock.advance(LIVE_POLICY.reconcileMs);
    expect(wanted.apps.size).toBe(0);
    expect(live.registry.connectionsOf(HERE)).toEqual([]);
  });

  it('The log tells once why Slack does not say whose tokens are, and then each change', async () => {
    const { clock, server, live, slack, logged } = start();
    slack.identity = UNANSWERED;
    for (const id of ['one', 'two', 'three']) server.add(id, { ...TOKENS, private_bot_token: `xoxb-${id}` });
    live.start();
    await clock.advance(10 * 60_000);
    slack.identity = { t: 'unanswered', reason: 'bots.info: Slack limits the rate', isOutage: false };
    await clock.advance(10 * 60_000);
    slack.identity = KNOWN;
    await clock.advance(2 * 60_000);
    expect(logged.map(({ reason, msg }) => reason ?? msg)).toEqual([
      'auth.test: Slack answered with HTTP status 503',
      'bots.info: Slack limits the rate',
      'Slack verifies bot tokens again',
    ]);
  });

  it('What Slack said at a save counts as confirmed, and Slack is not asked again', async () => {
    const { clock, server, live, wanted, slack } = start();
    slack.identity = UNANSWERED;
    server.add('one');
    live.start();
    await clock.advance(LIVE_POLICY.reconcileMs);
    const appToken = TOKENS.socket_mode_app_token;
    live.learn({ botToken: TOKENS.private_bot_token, appToken }, KNOWN.owner, 'Team');
    expect(wanted.apps.get('A1')).toEqual([{ token: appToken, setAt: 0, isProven: true }]);
    expect(live.identified(HERE)).toBeUndefined();
    await clock.advance(10 * LIVE_POLICY.reconcileMs);
    expect(slack.asked).toBe(1);
    expect(live.current('one')).toEqual({ code: 'ok', message: 'Using Socket Mode in Team: 2 sockets live' });
  });

  it('Slack is asked about a new bot token, and nothing is routed by the old one', async () => {
    const { clock, server, live, slack } = start();
    const one = server.add('one');
    live.start();
    await clock.advance(2_000);
    expect(live.registry.connectionsOf(HERE)).toEqual(['one']);
    slack.identity = { ...KNOWN, owner: { ...KNOWN.owner, teamId: 'T2' } };
    one.variables = { ...TOKENS, private_bot_token: 'xoxb-2' };
    live.noticeChange('one');
    await clock.advance(LIVE_POLICY.reconcileMs);
    expect(live.registry.connectionsOf(HERE)).toEqual([]);
    expect(live.registry.connectionsOf({ ...HERE, teamId: 'T2' })).toEqual(['one']);
  });

  it('Connections whose access has ended are told so and get nothing else', async () => {
    const { clock, server, live, slack } = start();
    server.add('one');
    live.start();
    await clock.advance(2_000);
    slack.identity = { t: 'refused', error: 'account_inactive' };
    live.verifyTokens(HERE);
    await clock.advance(1_000);
    expect(live.registry.connectionsOf(HERE)).toEqual([]);
    expect(live.registry.connectionsOf(HERE, true)).toEqual(['one']);
  });
});
