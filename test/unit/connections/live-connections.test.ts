import { afterEach, describe, expect, it } from 'vitest';
import type { ConnectionRecord } from '../../../src/autokitteh/connection-list.js';
import type { Variable } from '../../../src/autokitteh/client.js';
import type { Status } from '../../../src/autokitteh/status.js';
import { LiveConnections } from '../../../src/connections/live-connections.js';
import { LIVE_POLICY } from '../../../src/connections/policy.js';
import type { BotVerdict } from '../../../src/connections/whose-bot.js';
import { sleep } from '../../../src/core/clock.js';
import { Channel } from '../../../src/core/channel.js';
import { createLog } from '../../../src/core/log.js';
import { Health } from '../../../src/core/health.js';
import type { SocketEvent } from '../../../src/slack/events.js';
import type { AppToken } from '../../../src/slack/sockets.js';
import type { AppSocketsStatus } from '../../../src/slack/status.js';
import { HandClock } from '../../helpers/hand-clock.js';
import { TokensInMemory } from './tokens-in-memory.js';

const TOKENS = {
  auth_type: 'socketMode',
  socket_mode_app_token: 'xapp-1-A1-1-x',
  private_bot_token: 'xoxb-1',
};
const KNOWN = {
  t: 'known',
  owner: { appId: 'A1', enterpriseId: '', teamId: 'T1', botUserId: 'U1', botId: 'B1' },
  teamName: 'Team',
} as const satisfies BotVerdict;
const UNANSWERED: BotVerdict = {
  t: 'unanswered',
  reason: 'auth.test: Slack answered with HTTP status 503',
  isOutage: true,
};
const RATE_LIMITED: BotVerdict = {
  t: 'unanswered',
  reason: 'auth.test: Slack limits the rate',
  isOutage: false,
};
const LIVE = {
  t: 'live',
  ...{ sockets: 2, wanted: 2, foreign: 0, tokens: [], answered: true, greeted: true },
} as const satisfies AppSocketsStatus;
const HERE = { appId: 'A1', enterpriseId: '', teamId: 'T1' };

interface FakeConnection {
  variables: Record<string, string>;
  active: boolean;
  status: Status;
}

/** A server that holds connections by id, and records what is asked of it. */
class FakeServer {
  readonly connections = new Map<string, FakeConnection>();
  readonly reads: string[] = [];
  readonly refreshes: string[] = [];
  readonly pushes: string[] = [];
  /** Pushes arrive once this has come to pass. */
  #pushesAfter = Promise.resolve();
  down = false;
  hangs = false;
  refusesPushes = false;

  add(id: string, variables: Record<string, string> = TOKENS, active = true): FakeConnection {
    const connection: FakeConnection = {
      variables,
      active,
      status: { code: 'ok', message: 'Using Socket Mode' },
    };
    this.connections.set(id, connection);
    return connection;
  }

  async findActiveConnections(
    _integration: string,
    variable: string,
    signal: AbortSignal,
  ): Promise<string[]> {
    this.#mustBeUp();
    if (this.hangs)
      await new Promise((_, reject) =>
        signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true }),
      );
    return [...this.connections]
      .filter(([, { active, variables }]) => active && variable in variables)
      .map(([id]) => id);
  }

  listConnections(): Promise<ConnectionRecord[]> {
    if (this.down) return Promise.reject(new Error('connection refused'));
    const owner = { name: 'c', projectId: 'prj', orgId: 'org', integrationId: 'int' };
    return Promise.resolve([...this.connections].map(([id, { status }]) => ({ id, status, ...owner })));
  }

  variables(id: string): Promise<Variable[]> {
    this.#mustBeUp();
    this.reads.push(id);
    const variables = Object.entries(this.connections.get(id)?.variables ?? {});
    return Promise.resolve(variables.map(([name, value]) => ({ name, value, isSecret: false })));
  }

  /** Keeps pushes on their way until the answer is called. */
  holdPushes(): () => void {
    let arrive = (): void => undefined;
    this.#pushesAfter = new Promise((resolve) => (arrive = resolve));
    return () => arrive();
  }

  async pushStatus(id: string, status: Status, signal: AbortSignal): Promise<void> {
    this.pushes.push(id);
    await this.#pushesAfter;
    if (this.refusesPushes) throw new Error('connection refused');
    if (this.hangs)
      await new Promise((_, reject) =>
        signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true }),
      );
    const connection = this.connections.get(id);
    if (connection !== undefined) connection.status = status;
  }

  refreshStatus(id: string): Promise<Status> {
    this.#mustBeUp();
    this.refreshes.push(id);
    const status: Status = { code: 'init_required', message: 'Init required' };
    const connection = this.connections.get(id);
    if (connection !== undefined) connection.status = status;
    return Promise.resolve(status);
  }

  #mustBeUp(): void {
    if (this.down) throw new Error('connection refused');
  }
}

let clean: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const end of clean.reverse()) await end();
  clean = [];
});

function start(tokens = new TokensInMemory(), clock = new HandClock()) {
  const server = new FakeServer();
  const health = new Health();
  const events = new Channel<SocketEvent>();
  const wanted = {
    apps: new Map<string, readonly AppToken[]>(),
    status: LIVE as AppSocketsStatus,
    /** How often the status of an app's sockets was looked at. */
    looks: 0,
    /** The status of the sockets is another one from now on. */
    say(status: AppSocketsStatus): void {
      wanted.status = status;
      events.emit({ t: 'status_changed', appId: 'A1', status });
    },
  };
  const slack = {
    identity: KNOWN as BotVerdict,
    /** What Slack says of single tokens instead. */
    of: new Map<string, BotVerdict>(),
    asked: 0,
    hold: undefined as Promise<BotVerdict> | undefined,
    /** How long Slack takes, milliseconds. */
    takes: 0,
    /** The tokens that it is being asked about, and the most of these that there were at a time. */
    asking: new Set<string>(),
    mostAtATime: 0,
  };
  const logged: { readonly msg: string; readonly reason?: string }[] = [];
  const live = new LiveConnections({
    integrationId: 'int',
    server,
    sockets: {
      reconcile: (apps) => void (wanted.apps = new Map(apps)),
      events,
      status() {
        wanted.looks += 1;
        return wanted.status;
      },
    },
    ask: async (botToken, signal) => {
      slack.asked += 1;
      slack.asking.add(botToken);
      slack.mostAtATime = Math.max(slack.mostAtATime, slack.asking.size);
      if (slack.takes > 0) await sleep(clock, slack.takes, signal).catch(() => undefined);
      slack.asking.delete(botToken);
      return slack.hold ?? slack.of.get(botToken) ?? slack.identity;
    },
    slackSite: 'slack.com',
    tokens,
    clock,
    random: () => 0.5,
    policy: LIVE_POLICY,
    log: createLog(
      { level: 'info', format: 'json' },
      { write: (line) => void logged.push(JSON.parse(line) as (typeof logged)[number]) },
    ),
    health,
  });
  clean.push(async () => {
    const stopped = live.stop();
    await clock.advance(LIVE_POLICY.finalStatusesMs);
    await stopped;
    expect(clock.pendingTimers).toBe(0);
  });
  return { clock, server, live, wanted, slack, tokens, logged, health };
}

/** With one connection, whose first status has not arrived at the server yet. */
async function startWithStatusOnItsWay() {
  const { clock, server, live } = start();
  const one = server.add('one');
  const arrive = server.holdPushes();
  live.start();
  await clock.advance(250);
  return { clock, server, live, one, arrive };
}

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
    expect(await live.config('one')).toEqual(TOKENS);
    server.down = false;
    server.add('two');
    await clock.advance(LIVE_POLICY.reconcileMs);
    expect(health.problems('server')).toEqual([]);
    expect(live.registry.connectionsOf(HERE)).toEqual(['one', 'two']);
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
    const before = start();
    before.server.add('one');
    before.live.start();
    await before.clock.advance(2_000);
    await before.live.stop();
    const { clock, server, live, wanted, slack, logged } = start(before.tokens, before.clock);
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
    const before = start();
    before.server.add('one');
    before.live.start();
    await before.clock.advance(2_000);
    await before.live.stop();
    const { clock, server, live, slack } = start(before.tokens, before.clock);
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

  it('Five thousand made-up bot tokens delay no connection that Slack knows, and few of them are asked about at a time', async () => {
    const before = start();
    before.server.add('mine');
    before.live.start();
    await before.clock.advance(2_000);
    await before.live.stop();
    const { clock, server, live, wanted, slack } = start(before.tokens, before.clock);
    for (let number = 0; number < 5_000; number++)
      server.add(`made up ${number}`, { ...TOKENS, private_bot_token: `xoxb-made-up-${number}` });
    server.add('mine');
    slack.identity = { t: 'refused', error: 'invalid_auth' };
    slack.of.set(TOKENS.private_bot_token, KNOWN);
    slack.takes = 100;
    live.start();
    await clock.advance(0);
    expect([...wanted.apps.keys()]).toEqual(['A1']);
    expect(slack.asking).toContain(TOKENS.private_bot_token);
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
    expect(one.status.message).toContain('2 sockets live');
    await clock.advance(2 * LIVE_POLICY.reconcileMs);
    expect(one.status.message).toBe('Init required');
    await clock.advance(10 * LIVE_POLICY.reconcileMs);
    expect(server.refreshes).toEqual(['one']);
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

  it('Live connections stop at once although the server does not answer', async () => {
    const { clock, server, live } = start();
    server.hangs = true;
    live.start();
    await clock.advance(1_000);
    await live.stop();
    expect(clock.pendingTimers).toBe(0);
  });

  it('The server is told at a stop that the program is not running, active connections first', async () => {
    const { clock, server, live } = start();
    server.add('idle', TOKENS, false);
    server.add('active');
    server.add('oauth', { auth_type: 'oauthDefault' });
    live.start();
    await clock.advance(LIVE_POLICY.reconcileMs);
    server.pushes.length = 0;
    await live.stop();
    expect(server.pushes).toEqual(['active', 'idle']);
    for (const id of ['active', 'idle'])
      expect(server.connections.get(id)?.status).toMatchObject({
        code: 'error',
        message: expect.stringContaining('is not running') as string,
      });
    expect(server.connections.get('oauth')?.status.message).toBe('Using Socket Mode');
  });

  it('No status that was on its way replaces the one of a stopped program', async () => {
    const { clock, live, one, arrive } = await startWithStatusOnItsWay();
    const stopped = live.stop();
    await clock.advance(1_000);
    arrive();
    await clock.advance(1);
    await stopped;
    expect(one.status.message).toContain('is not running');
  });

  it('A stop tells the server of stopped connections for five seconds at most', async () => {
    const { clock, server, live } = start();
    server.add('one');
    live.start();
    await clock.advance(LIVE_POLICY.reconcileMs);
    server.hangs = true;
    let over = false;
    const stopped = live.stop().then(() => (over = true));
    await clock.advance(LIVE_POLICY.finalStatusesMs - 1);
    expect(over).toBe(false);
    await clock.advance(1);
    await stopped;
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

async function testOf(live: LiveConnections, clock: HandClock): Promise<Status> {
  const testing = live.test('one');
  await clock.advance(LIVE_POLICY.answerMs);
  return testing;
}
