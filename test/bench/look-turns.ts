import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { createAutoKitteh } from '../../src/autokitteh/rpc-client.js';
import { LiveConnections } from '../../src/connections/live-connections.js';
import { LIVE_POLICY } from '../../src/connections/policy.js';
import { Channel } from '../../src/core/channel.js';
import { systemClock } from '../../src/core/clock.js';
import { Health } from '../../src/core/health.js';
import { createLog } from '../../src/core/log.js';
import { seededRandom } from '../../src/core/random.js';
import { slackSiteOf } from '../../src/slack/app-pages.js';
import type { SocketEvent } from '../../src/slack/events.js';
import { TokensInMemory } from '../unit/connections/tokens-in-memory.js';
import type { Row } from './bench.js';
import { LongestStep } from './look-steps.js';

const LOOKS = 100;
// Until the compiler has done its work on what watches the steps.
const UNCOUNTED_LOOKS = 20;
const MOST_STEP_MS = 5;
const MOST_RATIO = 10;
const MOST_DELAY_RATIO = 1.5;
const CALM_MS = 10_000;

interface Looks {
  /** CPU time of the longest synchronous step, of the longest turn of the event loop, and of one look, milliseconds. */
  readonly step: number;
  readonly turn: number;
  readonly each: number;
  /** The 99th percentile of the event loop's delay, milliseconds. */
  readonly delay: number;
}

interface Measured {
  readonly same: Looks;
  readonly changed: Looks;
  readonly calmDelay: number;
}

/** What a look at AutoKitteh's connections costs, while nothing changes and while one connection changes before each. */
export async function turnsOfLooks(
  connections: number,
  ended: (rows: readonly Row[]) => void,
): Promise<Row[]> {
  const few = await measure(connections / 10);
  ended([
    ...longest(connections / 10, 'nothing changed', few.same),
    ...longest(connections / 10, 'one has changed', few.changed),
  ]);
  const many = await measure(connections);
  const each = many.same.each / few.same.each;
  const delay = many.same.delay / many.calmDelay;
  const rows: Row[] = [
    ...longest(connections, 'nothing changed', many.same),
    ...longest(connections, 'one has changed', many.changed),
    {
      figure: `CPU of a look at ${connections} connections, nothing changed`,
      value: `${many.same.each.toFixed(1)} ms`,
      peer: `${few.same.each.toFixed(1)} ms (${connections / 10})`,
      ratio: each,
      limit: `<= ${MOST_RATIO}`,
      ok: each <= MOST_RATIO,
    },
    {
      figure: `delay of the event loop during looks at ${connections}, p99`,
      value: `${many.same.delay.toFixed(2)} ms`,
      peer: `${many.calmDelay.toFixed(2)} ms (without looks)`,
      ratio: delay,
      limit: `<= ${MOST_DELAY_RATIO}`,
      ok: delay <= MOST_DELAY_RATIO,
    },
  ];
  ended(rows);
  return rows;
}

function longest(connections: number, when: string, { step, turn }: Looks): Row[] {
  const of = `of ${LOOKS} looks at ${connections} connections, ${when}`;
  return [
    {
      figure: `longest synchronous step ${of}`,
      value: `${step.toFixed(1)} ms of CPU`,
      peer: '',
      limit: `<= ${MOST_STEP_MS} ms`,
      ok: step <= MOST_STEP_MS,
    },
    {
      figure: `longest turn of the event loop ${of}, with what other threads do in between`,
      value: `${turn.toFixed(1)} ms of CPU`,
      peer: '',
    },
  ];
}

async function measure(connections: number): Promise<Measured> {
  const server = fork(new URL('look-server.ts', import.meta.url), { execArgv: ['--import', 'tsx'] });
  const client = await clientOf(server, connections);
  const live = liveOn(client, connections);
  try {
    const calmDelay = await delayDuring(() => pause(CALM_MS));
    live.start();
    await settled(live, connections);
    const same = await looks(live, () => undefined);
    const changed = await looks(live, (number) => server.send(number));
    return { same, changed, calmDelay };
  } finally {
    await live.stop();
    await client.close();
    server.disconnect();
  }
}

async function clientOf(server: ChildProcess, connections: number) {
  server.send(connections);
  const [url] = (await once(server, 'message')) as [string];
  const credentials = { token: () => Promise.resolve('token') };
  return createAutoKitteh({ url, credentials, clock: systemClock, timeoutMs: 30_000 });
}

/** The connections of a program whose apps have two sockets each. */
function liveOn(server: ReturnType<typeof createAutoKitteh>, connections: number): LiveConnections {
  const status = {
    t: 'live',
    ...{ sockets: 2, wanted: 2, foreign: 0, tokens: [], answered: true, greeted: true },
  } as const;
  return new LiveConnections({
    ...{ integrationId: 'int_3kths1ack0ecf2874ee1b4203c', server, clock: systemClock, health: new Health() },
    sockets: { reconcile: () => undefined, events: new Channel<SocketEvent>(), status: () => status },
    slackSite: slackSiteOf('https://slack.com/api/'),
    ask: (botToken) => {
      const [, appId = '', number = ''] = botToken.split('-');
      const owner = { appId, enterpriseId: '', teamId: `T${number}`, botUserId: 'U1', botId: 'B1' };
      return Promise.resolve({ t: 'known', owner, teamName: 'Team' });
    },
    tokens: new TokensInMemory(),
    random: seededRandom(1),
    // What Slack is asked at a start is over sooner, and the statuses of a stop are measured nowhere.
    policy: {
      ...LIVE_POLICY,
      finalStatusesMs: 0,
      newTokens: { atATime: 100, burst: connections, everyMs: 1 },
    },
    log: createLog({ level: 'silent', format: 'json' }),
  });
}

/** Until every connection's status has been brought to the server, and the server has told so. */
async function settled(live: LiveConnections, connections: number): Promise<void> {
  const hasAll = (): boolean =>
    [...live.registry.all()].filter(({ record }) => record.status.code === 'ok').length === connections;
  while (!hasAll()) await pause(500);
  await pause(2 * LIVE_POLICY.reconcileMs);
}

/** Looks one after the other, each after `before`. */
async function looks(live: LiveConnections, before: (number: number) => unknown): Promise<Looks> {
  const began = process.cpuUsage();
  for (let number = 0; number < LOOKS; number += 1) await oneLook(live, () => before(number));
  const { user, system } = process.cpuUsage(began);
  const delay = await delayDuring(async () => {
    for (let number = 0; number < LOOKS; number += 1) await oneLook(live, () => before(LOOKS + number));
  });
  const turn = await longestTurn(live, before);
  return { step: await longestStep(live, before), turn, each: (user + system) / 1_000 / LOOKS, delay };
}

/** Once more with each synchronous step measured by itself. */
async function longestStep(live: LiveConnections, before: (number: number) => unknown): Promise<number> {
  const steps = new LongestStep();
  steps.start();
  for (let number = 0; number < UNCOUNTED_LOOKS; number += 1)
    await oneLook(live, () => before(3 * LOOKS + number));
  steps.reset();
  for (let number = 0; number < LOOKS; number += 1) await oneLook(live, () => before(4 * LOOKS + number));
  return steps.stop();
}

/** Once more with the turns of the event loop counted one by one, which costs CPU itself. */
async function longestTurn(live: LiveConnections, before: (number: number) => unknown): Promise<number> {
  let most = 0;
  let last = process.cpuUsage();
  const turn = (): void => {
    const { user, system } = process.cpuUsage(last);
    last = process.cpuUsage();
    most = Math.max(most, (user + system) / 1_000);
    turning = setImmediate(turn);
  };
  let turning = setImmediate(turn);
  for (let number = 0; number < LOOKS; number += 1) await oneLook(live, () => before(2 * LOOKS + number));
  clearImmediate(turning);
  return most;
}

async function oneLook(live: LiveConnections, before: () => unknown): Promise<void> {
  before();
  const refreshed = new Promise<void>((resolve) => {
    const unsubscribe = live.refreshed.subscribe(() => {
      unsubscribe();
      resolve();
    });
  });
  live.noticeChange();
  await refreshed;
}

async function delayDuring(work: () => Promise<void>): Promise<number> {
  const delay = monitorEventLoopDelay();
  delay.enable();
  await work();
  delay.disable();
  return delay.percentile(99) / 1e6;
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
