import { SocketModeClient } from '@slack/socket-mode';
import { pino } from 'pino';
import { WebSocket } from 'ws';

import { systemClock } from '../../src/core/clock.js';
import { seededRandom } from '../../src/core/random.js';
import { DEFAULT_POLICY } from '../../src/slack/policy.js';
import { silentLogger } from '../../src/slack/http.js';
import { createSlackSockets } from '../../src/slack/sockets.js';
import { MANY_APPS } from '../world/policies.js';
import type { SlackAddress } from '../world/slack-process.js';

export type ClientKind = 'ours' | 'sdk' | 'ws';

export interface IdleOrder extends SlackAddress {
  readonly kind: ClientKind;
  /** For each app. */
  readonly sockets: number;
  readonly settleMs: number;
  readonly measureMs: number;
}

export interface IdleResult {
  /** Share of one core. */
  readonly cpu: number;
  /** What the process is larger by; with it what the heap grew by while sockets were opened, which Node does not give back. */
  readonly bytesPerSocket: number;
  /** What the sockets refer to: heap in use and memory beside it. */
  readonly keptPerSocket: number;
}

// As ours: once in this time for each socket.
const PING_MS = DEFAULT_POLICY.liveness.tickMs * DEFAULT_POLICY.liveness.pingTicks;

process.once('message', (order: IdleOrder) => {
  run(order).then(
    (result) => process.send?.(result, () => process.exit(0)),
    (error: unknown) => {
      console.error(error);
      process.exit(1);
    },
  );
});

async function run(order: IdleOrder): Promise<IdleResult> {
  const before = memory();
  await OPEN[order.kind](order);
  await pause(order.settleMs);
  const after = memory();
  const start = process.cpuUsage();
  const since = performance.now();
  await pause(order.measureMs);
  const used = process.cpuUsage(start);
  const cpu = (used.user + used.system) / 1_000 / (performance.now() - since);
  const sockets = order.apps.length * order.sockets;
  return {
    cpu,
    bytesPerSocket: (after.resident - before.resident) / sockets,
    keptPerSocket: (after.kept - before.kept) / sockets,
  };
}

const OPEN: Record<ClientKind, (order: IdleOrder) => Promise<void>> = {
  async ours({ apiUrl, apps, sockets }) {
    const slack = createSlackSockets({
      apiUrl,
      clock: systemClock,
      random: seededRandom(1),
      log: pino({ enabled: false }),
      onEnvelope: () => undefined,
      policy: {
        ...MANY_APPS,
        pool: { ...MANY_APPS.pool, sockets },
      },
    });
    slack.reconcile(new Map(apps.map(({ id, token }) => [id, [{ token, setAt: 1 }]])));
    while (!apps.every(({ id }) => slack.status(id)?.t === 'live')) await pause(50);
  },
  async sdk(order) {
    await each(order, async (token) => {
      const client = new SocketModeClient({
        appToken: token,
        logger: silentLogger,
        clientOptions: { slackApiUrl: order.apiUrl },
      });
      await client.start();
    });
  },
  async ws(order) {
    await each(order, async (token, n) => {
      const reply = await fetch(`${order.apiUrl}apps.connections.open`, {
        method: 'POST',
        headers: { authorization: `Bearer ${token}` },
      });
      const { url } = (await reply.json()) as { url: string };
      const socket = new WebSocket(url);
      await new Promise((resolve, reject) => socket.once('message', resolve).once('error', reject));
      let alive = true;
      socket.on('pong', () => (alive = true)).on('ping', () => (alive = true));
      setTimeout(
        () =>
          setInterval(() => {
            if (!alive) socket.terminate();
            alive = false;
            socket.ping();
          }, PING_MS),
        (n * 37) % PING_MS,
      );
    });
  },
};

/** Opens every socket, a few at a time. */
async function each(order: IdleOrder, open: (token: string, n: number) => Promise<void>): Promise<void> {
  const tokens = order.apps.flatMap(({ token }) => Array<string>(order.sockets).fill(token));
  for (let n = 0; n < tokens.length; n += 20)
    await Promise.all(tokens.slice(n, n + 20).map((token, k) => open(token, n + k)));
}

function memory(): { readonly resident: number; readonly kept: number } {
  for (let n = 0; n < 3; n++) globalThis.gc?.();
  const { rss, heapUsed, external } = process.memoryUsage();
  return { resident: rss, kept: heapUsed + external };
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
