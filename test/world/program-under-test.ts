import { randomBytes } from 'node:crypto';
import { inject, vi } from 'vitest';
import type { Settings } from '../../src/config.js';
import { sleep, systemClock } from '../../src/core/clock.js';
import { Line } from '../../src/storage/postgres/line.js';
import { startRoundRobin } from '../helpers/round-robin.js';
import { startProgram, type Program } from './program.js';

// How many replicas there are, and after how many seconds the next one of them is restarted.
const REPLICAS = process.env['REPLICAS'];
const RESTARTS = process.env['RESTARTS'];

const TRUE_WITHIN_MS = 60_000;

/** Sees that something about live sockets is true: at once, or soon where replicas are restarted, each of which takes its sockets with it. */
export async function seeOfSockets(assertion: () => void | Promise<void>): Promise<void> {
  if (RESTARTS === undefined) await assertion();
  else await vi.waitFor(assertion, { timeout: TRUE_WITHIN_MS });
}

/**
 * Starts the program: a single process, or as many replicas as `REPLICAS` in the environment says, on a database of their own
 * and behind a load balancer that gives each request to another one. With `RESTARTS` one of these after the other is
 * restarted, the first one at once, and each next one so many seconds later.
 */
export async function startProgramUnderTest(
  ...[peers, more = {}, other = {}]: Parameters<typeof startProgram>
): Promise<Program> {
  if (REPLICAS === undefined) return startProgram(peers, more, other);
  const replicas: Program[] = [];
  const listen = (name: 'GATEWAY_LISTEN' | 'PLUGIN_LISTEN'): number =>
    Number(/:(\d+)$/.exec(more[name] ?? '')?.[1] ?? 0);
  const gateway = await startRoundRobin(
    () => replicas.map(({ gatewayUrl }) => gatewayUrl),
    listen('GATEWAY_LISTEN'),
  );
  const plugin = await startRoundRobin(
    () => replicas.map(({ pluginUrl }) => pluginUrl),
    listen('PLUGIN_LISTEN'),
  );
  const shared: Settings = {
    GATEWAY_PUBLIC_URL: gateway.url,
    ...more,
    JOURNAL_URL: await createDatabase(),
    PLUGIN_LISTEN: '127.0.0.1:0',
    ...(more['GATEWAY_LISTEN'] === 'off' ? {} : { GATEWAY_LISTEN: '127.0.0.1:0' }),
  };
  // One after the other: the first one makes the schema.
  for (let number = 1; number <= Number(REPLICAS); number++)
    replicas.push(await startProgram(peers, { ...shared, REPLICA_NAME: `replica-${number}` }, other));
  const rolling = RESTARTS === undefined ? undefined : restartInTurn(replicas, Number(RESTARTS) * 1_000);
  return {
    get app(): never {
      throw new Error('each replica has an app of its own');
    },
    gatewayUrl: more['GATEWAY_LISTEN'] === 'off' ? '' : gateway.url,
    pluginUrl: plugin.url,
    get logged() {
      return replicas.flatMap(({ logged }) => logged);
    },
    async restart(changed) {
      await rolling?.pause();
      await Promise.all(replicas.map((replica) => replica.restart(changed)));
      rolling?.goOn();
    },
    async stop() {
      await rolling?.pause();
      await Promise.all([...replicas.map((replica) => replica.stop()), gateway.stop(), plugin.stop()]);
    },
  };
}

/** An empty database on the PostgreSQL of the run; its URL. */
async function createDatabase(): Promise<string> {
  const name = `journal_${randomBytes(6).toString('hex')}`;
  const server = inject('postgres');
  const admin = new Line({ url: server, applicationName: 'test', statementMs: 60_000 });
  try {
    await admin.run((query) => query(`CREATE DATABASE ${name}`));
  } finally {
    await admin.close();
  }
  return server.replace(/[^/]*$/, name);
}

/** Restarts replicas in turn, one every `everyMs` milliseconds. */
function restartInTurn(replicas: readonly Program[], everyMs: number) {
  let turn = 0;
  let pausing = new AbortController();
  const run = async ({ signal }: AbortController): Promise<void> => {
    while (!signal.aborted) {
      const next = sleep(systemClock, everyMs, signal).catch(() => undefined);
      await replicas[turn++ % replicas.length]?.restart();
      await next;
    }
  };
  let running = run(pausing);
  return {
    /** Resolves when none is being restarted, and none will be. */
    async pause(): Promise<void> {
      pausing.abort();
      await running;
    },
    goOn(): void {
      pausing = new AbortController();
      running = run(pausing);
    },
  };
}
