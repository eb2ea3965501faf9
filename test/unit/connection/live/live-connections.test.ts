import { afterEach, describe, expect, it } from 'vitest';
import type { ConnectionRecord, Variable } from '../../../../src/autokitteh/client.js';
import type { Status } from '../../../../src/autokitteh/status.js';
import type { BotTokenState } from '../../../../src/connection/live/identity.js';
import { LiveConnections } from '../../../../src/connection/live/live-connections.js';
import { LIVE_POLICY } from '../../../../src/connection/live/policy.js';
import type { WantedToken } from '../../../../src/connection/live/ports.js';
import type { SocketsHealth } from '../../../../src/connection/live/status.js';
import { createLog } from '../../../../src/core/log.js';
import { Health } from '../../../../src/core/health.js';
import { HandClock } from '../../../helpers/hand-clock.js';

const TOKENS = {
  auth_type: 'socketMode',
  socket_mode_app_token: 'xapp-1-A1-1-x',
  private_bot_token: 'xoxb-1',
};
const KNOWN: BotTokenState = {
  t: 'known',
  appId: 'A1',
  installIds: 'A1//T1',
  teamName: 'Team',
  botName: 'bot',
};
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
  for (const end of clean) await end();
  clean = [];
});

function start() {
  const clock = new HandClock();
  const server = new FakeServer();
  const health = new Health();
  const wanted = {
    apps: new Map<string, readonly WantedToken[]>(),
    health: { t: 'live', sockets: 2, ghosts: 0 } as SocketsHealth,
  };
  const slack = { identity: KNOWN, asked: 0 };
  const live = new LiveConnections({
    integrationId: 'int',
    server,
    sockets: {
      reconcile: (apps) => void (wanted.apps = new Map(apps)),
      health: () => wanted.health,
      token: () => ({ t: 'used' }),
    },
    identitySource: {
      identify: () => {
        slack.asked += 1;
        return Promise.resolve(slack.identity);
      },
    },
    clock,
    random: () => 0.5,
    policy: LIVE_POLICY,
    log: createLog({ level: 'silent', format: 'json' }),
    health,
  });
  clean.push(async () => {
    const stopped = live.stop();
    await clock.advance(LIVE_POLICY.farewellMs);
    await stopped;
    expect(clock.pendingTimers).toBe(0);
  });
  return { clock, server, live, wanted, slack, health };
}

/** With one connection, whose first status has not arrived at the server yet. */
async function startWithStatusOnItsWay() {
  const { clock, server, live } = start();
  const one = server.add('one');
  const arrive = server.holdPushes();
  live.start();
  await clock.advance(LIVE_POLICY.compareMs);
  return { clock, server, live, one, arrive };
}

describe('LiveConnections', () => {
  it('Active connections have sockets, and their events are routed to them', async () => {
    const { clock, server, live, wanted } = start();
    server.add('one');
    server.add('two', { ...TOKENS, socket_mode_app_token: 'xapp-1-A2-1-x' }, false);
    live.start();
    await clock.advance(LIVE_POLICY.reconcileMs);
    expect([...wanted.apps.keys()]).toEqual(['A1']);
    expect(live.connectionsOf(HERE)).toEqual(['one']);
    expect(live.connectionsOf({ ...HERE, teamId: 'T2' })).toEqual([]);
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
    expect(live.connectionsOf(HERE)).toEqual([]);
  });

  it("Variables are read again when the server put its own status back, and the program's status is shown again", async () => {
    const { clock, server, live } = start();
    const one = server.add('one');
    live.start();
    await clock.advance(5_000);
    one.status = { code: 'ok', message: 'Using Socket Mode' };
    one.variables = { auth_type: 'socketMode', socket_mode_app_token: TOKENS.socket_mode_app_token };
    await clock.advance(LIVE_POLICY.reconcileMs + LIVE_POLICY.settleMs + LIVE_POLICY.compareMs);
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
    expect(live.status('one').code).toBe('init_required');
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
    expect(health.problems('server')).toEqual(['AutoKitteh cannot be asked: connection refused']);
    expect(await live.config('one')).toEqual(TOKENS);
    server.down = false;
    server.add('two');
    await clock.advance(LIVE_POLICY.reconcileMs);
    expect(health.problems('server')).toEqual([]);
    expect(live.connectionsOf(HERE)).toEqual(['one', 'two']);
  });

  it('A revoked bot token is shown with what to do, and the status recovers when the token is valid again', async () => {
    const { clock, server, live, slack } = start();
    const one = server.add('one');
    live.start();
    await clock.advance(3_000);
    slack.identity = { t: 'refused', error: 'token_revoked', advice: 'Install the app again.' };
    live.doubtTokens(HERE);
    await clock.advance(LIVE_POLICY.settleMs + 2 * LIVE_POLICY.compareMs);
    expect(one.status).toEqual({
      code: 'error',
      message: 'Slack refused the bot token (token_revoked): Install the app again.',
    });
    slack.identity = KNOWN;
    expect(await testOf(live, clock)).toMatchObject({ code: 'ok' });
  });

  it('Events are not routed by what variables claim, but only by what Slack said', async () => {
    const { clock, server, live, slack } = start();
    slack.identity = { t: 'unknown' };
    server.add('claims', { ...TOKENS, install_ids: 'A1//T1' });
    server.add('elsewhere', { ...TOKENS, private_bot_token: 'xoxb-2', install_ids: 'A1//T2' });
    live.start();
    await clock.advance(LIVE_POLICY.reconcileMs);
    expect(live.connectionsOf(HERE)).toEqual([]);
    expect(live.status('claims')).toMatchObject({ code: 'warning' });
    const asking = live.identified(HERE);
    await clock.advance(1_000);
    expect(await asking).toBe(false);
    expect(live.identified({ ...HERE, teamId: 'T3' })).toBeUndefined();
    slack.identity = { t: 'refused', error: 'invalid_auth', advice: 'Copy it again.' };
    await clock.advance(LIVE_POLICY.identityRetryMs + LIVE_POLICY.reconcileMs);
    expect(live.connectionsOf(HERE, true)).toEqual([]);
    expect(live.identified(HERE)).toBeUndefined();
  });

  it('Slack is asked about a new bot token, and nothing is routed by the old one', async () => {
    const { clock, server, live, slack } = start();
    const one = server.add('one');
    live.start();
    await clock.advance(2_000);
    expect(live.connectionsOf(HERE)).toEqual(['one']);
    slack.identity = { ...KNOWN, installIds: 'A1//T2' };
    one.variables = { ...TOKENS, private_bot_token: 'xoxb-2' };
    live.noticeChange('one');
    await clock.advance(LIVE_POLICY.reconcileMs);
    expect(live.connectionsOf(HERE)).toEqual([]);
    expect(live.connectionsOf({ ...HERE, teamId: 'T2' })).toEqual(['one']);
  });

  it('Connections whose access has ended are told so and get nothing else', async () => {
    const { clock, server, live, slack } = start();
    server.add('one');
    live.start();
    await clock.advance(2_000);
    slack.identity = { t: 'refused', error: 'account_inactive', advice: 'Install it again.' };
    live.doubtTokens(HERE);
    await clock.advance(1_000);
    expect(live.connectionsOf(HERE)).toEqual([]);
    expect(live.connectionsOf(HERE, true)).toEqual(['one']);
  });

  it('Variables that were set while a status was being pushed are noticed', async () => {
    const { clock, one, arrive } = await startWithStatusOnItsWay();
    one.variables = { ...TOKENS, private_bot_token: 'no token' };
    // The server's own status, which nobody sees: ours arrives over it.
    one.status = { code: 'ok', message: 'Using Socket Mode' };
    arrive();
    await clock.advance(3 * LIVE_POLICY.reconcileMs);
    expect(one.status).toMatchObject({
      code: 'error',
      message: expect.stringContaining('no bot token') as string,
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
    await clock.advance(LIVE_POLICY.farewellMs - 1);
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
    expect(live.status('nobody')).toEqual({ code: 'init_required', message: 'Init required' });
  });

  it('The status does not show a renewal of sockets, but soon shows a lasting problem', async () => {
    const { clock, server, live, wanted } = start();
    const one = server.add('one');
    live.start();
    await clock.advance(3_000);
    wanted.health = { t: 'degraded', doing: 'Opening a second socket' };
    await clock.advance(1_000);
    wanted.health = { t: 'live', sockets: 2, ghosts: 0 };
    await clock.advance(1_000);
    expect(one.status.code).toBe('ok');
    wanted.health = { t: 'broken', error: 'link_disabled', advice: 'Switch Socket Mode on.' };
    await clock.advance(2_000);
    expect(one.status).toEqual({
      code: 'error',
      message: 'Slack refused the sockets (link_disabled): Switch Socket Mode on.',
    });
  });
});

async function testOf(live: LiveConnections, clock: HandClock): Promise<Status> {
  const testing = live.test('one');
  await clock.advance(LIVE_POLICY.answerMs);
  return testing;
}
