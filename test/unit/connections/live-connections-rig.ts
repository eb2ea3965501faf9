import { afterEach, expect } from 'vitest';
import type { ConnectionRecord } from '../../../src/autokitteh/connection-list.js';
import type { Variable } from '../../../src/autokitteh/client.js';
import type { Status } from '../../../src/autokitteh/status.js';
import { LiveConnections, type LiveOptions } from '../../../src/connections/live-connections.js';
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

export const TOKENS = {
  auth_type: 'socketMode',
  socket_mode_app_token: 'xapp-1-A1-1-x',
  private_bot_token: 'xoxb-1',
};
export const KNOWN = {
  t: 'known',
  owner: { appId: 'A1', enterpriseId: '', teamId: 'T1', botUserId: 'U1', botId: 'B1' },
  teamName: 'Team',
} as const satisfies BotVerdict;
export const UNANSWERED = {
  t: 'unanswered',
  reason: 'auth.test: Slack answered with HTTP status 503',
  isOutage: true,
} as const satisfies BotVerdict;
export const RATE_LIMITED = {
  t: 'unanswered',
  reason: 'auth.test: Slack limits the rate',
  isOutage: false,
} as const satisfies BotVerdict;
export const LIVE = {
  t: 'live',
  ...{ sockets: 2, wanted: 2, foreign: 0, tokens: [], answered: true, greeted: true },
} as const satisfies AppSocketsStatus;
export const HERE = { appId: 'A1', enterpriseId: '', teamId: 'T1' };

interface FakeConnection {
  variables: Record<string, string>;
  active: boolean;
  status: Status;
}

/** A server that holds connections by id, and records what is asked of it. */
class FakeServer {
  readonly connections = new Map<string, FakeConnection>();
  readonly reads: string[] = [];
  /** How often it was asked which connections there are. */
  lists = 0;
  /** The variables of these are not told before that has come to pass. */
  readonly held = new Map<string, Promise<void>>();
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
    this.lists += 1;
    if (this.down) return Promise.reject(new Error('connection refused'));
    const owner = { name: 'c', projectId: 'prj', orgId: 'org', integrationId: 'int' };
    return Promise.resolve([...this.connections].map(([id, { status }]) => ({ id, status, ...owner })));
  }

  async variables(id: string): Promise<Variable[]> {
    this.#mustBeUp();
    this.reads.push(id);
    await this.held.get(id);
    const variables = Object.entries(this.connections.get(id)?.variables ?? {});
    return variables.map(([name, value]) => ({ name, value, isSecret: false }));
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

/** Connections over a server, sockets and a Slack that the test plays; stopped after the test. */
export function start(
  tokens = new TokensInMemory(),
  clock = new HandClock(),
  more: Pick<LiveOptions, 'division' | 'notifications'> = {},
) {
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
    ...more,
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
export async function startWithStatusOnItsWay() {
  const { clock, server, live } = start();
  const one = server.add('one');
  const arrive = server.holdPushes();
  live.start();
  await clock.advance(250);
  return { clock, server, live, one, arrive };
}

/** What a person is told who tests the connection `one`. */
export async function testOf(live: LiveConnections, clock: HandClock): Promise<Status> {
  const testing = live.queries.test('one');
  await clock.advance(LIVE_POLICY.answerMs);
  return testing;
}

/** Another start, after one in which Slack was asked about the tokens of this connection; the server has none yet. */
export async function startAgain(connectionId: string) {
  const before = start();
  before.server.add(connectionId);
  before.live.start();
  await before.clock.advance(2_000);
  await before.live.stop();
  return start(before.tokens, before.clock);
}
