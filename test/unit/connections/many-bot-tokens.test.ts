import { describe, expect, it } from 'vitest';
import type { LiveConnections } from '../../../src/connections/live-connections.js';
import type { HandClock } from '../../helpers/hand-clock.js';
import { LIVE_POLICY } from '../../../src/connections/policy.js';
import {
  TOKENS,
  KNOWN,
  UNANSWERED,
  RATE_LIMITED,
  HERE,
  start,
  startAgain,
  testOf,
} from './live-connections-rig.js';

/** Whether an event that is for no connection is not acknowledged. */
async function isHeldBack(
  live: LiveConnections,
  clock: HandClock,
  installation = { ...HERE, teamId: 'T2' },
): Promise<boolean> {
  expect(live.registry.connectionsOf(installation)).toEqual([]);
  const asking = live.identified(installation);
  await clock.advance(1_000);
  return (await asking) === false;
}

describe('Bot tokens of which Slack says nothing, or too many of them', () => {
  it('Tenants who keep their bot tokens rate-limited delay events of their app that are for nobody for ten minutes at most', async () => {
    const before = start();
    for (const id of ['mine', 'theirs'])
      before.server.add(id, { ...TOKENS, private_bot_token: `xoxb-${id}` });
    before.live.start();
    await before.clock.advance(2_000);
    await before.live.stop();
    const { clock, server, live, slack } = start(before.tokens, before.clock);
    for (const id of ['mine', 'theirs', 'never seen'])
      server.add(id, { ...TOKENS, private_bot_token: `xoxb-${id}` });
    for (const id of ['theirs', 'never seen']) slack.of.set(`xoxb-${id}`, RATE_LIMITED);
    live.start();
    await clock.advance(0);
    expect(await isHeldBack(live, clock)).toBe(true);
    await clock.advance(LIVE_POLICY.undecidedMs - 2_000);
    expect(await isHeldBack(live, clock)).toBe(true);
    await clock.advance(1_000);
    expect(await isHeldBack(live, clock)).toBe(false);
    expect(live.registry.connectionsOf(HERE)).toEqual(['mine', 'theirs']);
  });

  it('Bot tokens that change all the time delay events that are for nobody for ten minutes at most', async () => {
    const { clock, server, live, slack } = start();
    server.add('mine');
    const theirs = server.add('theirs', { ...TOKENS, private_bot_token: 'xoxb-0' });
    slack.identity = RATE_LIMITED;
    slack.of.set(TOKENS.private_bot_token, KNOWN);
    live.start();
    await clock.advance(0);
    let minutes = 0;
    for (let minute = 1; minute <= 30; minute++) {
      theirs.variables = { ...theirs.variables, private_bot_token: `xoxb-${minute}` };
      live.noticeChange('theirs');
      await clock.advance(59_000);
      if (await isHeldBack(live, clock)) minutes += 1;
    }
    expect(minutes).toBe(LIVE_POLICY.undecidedMs / 60_000);
  });

  it('A workspace that joined an organisation loses nothing, however long an outage of Slack at the start lasts', async () => {
    const { clock, server, live, slack } = await startAgain('one');
    slack.identity = UNANSWERED;
    server.add('one');
    live.start();
    await clock.advance(0);
    const joined = { ...HERE, enterpriseId: 'E1', teamId: '' };
    expect(await isHeldBack(live, clock, joined)).toBe(true);
    await clock.advance(2 * LIVE_POLICY.undecidedMs);
    expect(await isHeldBack(live, clock, joined)).toBe(true);
    slack.identity = { ...KNOWN, owner: { ...KNOWN.owner, enterpriseId: 'E1', teamId: '' } };
    const held: boolean[] = [];
    while (live.registry.connectionsOf(joined).length === 0) held.push(await isHeldBack(live, clock, joined));
    expect(held.slice(0, -1)).not.toContain(false);
  });

  it('Five thousand made-up bot tokens delay no connection that Slack knows, and few of them are asked about at a time', async () => {
    const { clock, server, live, wanted, slack } = await startAgain('mine');
    for (let number = 0; number < 5_000; number++)
      server.add(`made up ${number}`, { ...TOKENS, private_bot_token: `xoxb-made-up-${number}` });
    server.add('mine');
    slack.identity = { t: 'refused', error: 'invalid_auth' };
    slack.of.set(TOKENS.private_bot_token, KNOWN);
    slack.takes = 100;
    live.start();
    // No time passes meanwhile, however many turns the work for all of them takes.
    while (!slack.asking.has(TOKENS.private_bot_token)) await clock.advance(0);
    expect([...wanted.apps.keys()]).toEqual(['A1']);
    await clock.advance(2_000);
    expect(live.current('mine').message).toBe('Using Socket Mode in Team: 2 sockets live');
    const { atATime, burst, everyMs } = LIVE_POLICY.newTokens;
    expect(slack.mostAtATime).toBe(atATime + 1);
    expect(slack.asked).toBeGreaterThan(burst);
    expect(slack.asked).toBeLessThanOrEqual(burst + 2_000 / everyMs + 1);
  });

  it('A person who tests a connection waits for no made-up token that is asked about', async () => {
    const { clock, server, live, slack } = start();
    for (let number = 0; number < 1_000; number++)
      server.add(`made up ${number}`, { ...TOKENS, private_bot_token: `xoxb-made-up-${number}` });
    server.add('one');
    slack.identity = { t: 'refused', error: 'invalid_auth' };
    slack.of.set(TOKENS.private_bot_token, KNOWN);
    slack.takes = 100;
    live.start();
    await clock.advance(0);
    expect(await testOf(live, clock)).toMatchObject({ code: 'ok' });
  });

  it('The work for answers about bot tokens grows no faster than their number', async () => {
    const work = async (tokens: number): Promise<number> => {
      const { clock, server, live, slack } = start();
      for (let number = 0; number < tokens; number++)
        server.add(`made up ${number}`, { ...TOKENS, private_bot_token: `xoxb-made-up-${number}` });
      slack.identity = { t: 'refused', error: 'invalid_auth' };
      slack.takes = 100;
      let comparisons = 0;
      live.refreshed.subscribe(() => (comparisons += tokens));
      live.start();
      await clock.advance((tokens + LIVE_POLICY.newTokens.atATime) * LIVE_POLICY.newTokens.everyMs);
      expect(slack.asked).toBe(tokens);
      return comparisons;
    };
    expect(await work(1_000)).toBeLessThan(2.5 * (await work(500)));
  });
});
