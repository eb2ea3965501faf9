import { Agent, createServer, request, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createRouterTransport } from '@connectrpc/connect';
import { createProxyServer } from 'httpxy';
import { systemClock } from '../../src/core/clock.js';
import { startGateway } from '../../src/gateway/gateway.js';
import type { Bench, Row } from './bench.js';

// Enough for a steady median; the two proxies take turns, so that both see the same machine.
const ROUNDS = 12;
const REQUESTS_PER_ROUND = 600;
const CONNECTIONS = 4;
const BODY = Buffer.alloc(200, 'x');
const LIMIT = 1.2;

/** What forwarding costs, against nothing but the proxying library: POST of 200 bytes over four kept connections. */
export const bench: Bench = {
  name: 'gateway',
  async run() {
    const upstream = await listening(
      createServer((incoming, outgoing) => {
        incoming.resume().once('end', () => outgoing.end(BODY));
      }),
    );
    const library = createProxyServer({ target: urlOf(upstream) });
    const bare = await listening(
      createServer((incoming, outgoing) => {
        library.web(incoming, outgoing).catch(() => outgoing.destroy());
      }),
    );
    const gateway = await startGateway({
      connections: 256,
      refused: () => undefined,
      webSocket: () => undefined,
      listen: { host: '127.0.0.1', port: 0 },
      upstream: urlOf(upstream),
      integrationId: 'int_3kth0s1ackb1ff80a8d62ba8cc',
      contract: createRouterTransport(() => undefined),
      setup: () => new Response(),
      responses: { isOpenAt: () => false },
      pages: { trustedOrigins: [] },
      live: { isSocketMode: () => Promise.resolve(false), noticeChange: () => undefined },
      server: { pushStatus: () => Promise.resolve() },
      answered: () => undefined,
      clock: systemClock,
      logsAccess: false,
      log: { debug: () => undefined, warn: () => undefined, error: () => undefined },
    });
    const ours = await client(gateway.port);
    const theirs = await client((bare.address() as AddressInfo).port);
    try {
      const rows: Row[] = [];
      for (const path of ['/webhooks/x', '/autokitteh.connections.v1.ConnectionsService/List']) {
        rows.push(...(await compare(path, ours, theirs)));
      }
      return rows;
    } finally {
      ours.close();
      theirs.close();
      await gateway.stop(1000);
      bare.close().closeAllConnections();
      upstream.close().closeAllConnections();
    }
  },
};

async function compare(path: string, ours: Client, theirs: Client): Promise<Row[]> {
  const [mine, bare]: [number[], number[]] = [[], []];
  for (let round = -2; round < ROUNDS; round++) {
    const [first, second] = round % 2 === 0 ? [ours, theirs] : [theirs, ours];
    const times = [await first.round(path), await second.round(path)] as const;
    if (round < 0) continue;
    mine.push(...times[first === ours ? 0 : 1]);
    bare.push(...times[first === ours ? 1 : 0]);
  }
  const ratio = quantile(mine, 0.5) / quantile(bare, 0.5);
  const row = (name: string, at: number): Omit<Row, 'ok'> => ({
    figure: `POST ${path}, ${name}`,
    value: `${quantile(mine, at).toFixed(3)} ms`,
    peer: `bare httpxy ${quantile(bare, at).toFixed(3)} ms`,
  });
  return [
    { ...row('p50', 0.5), ratio, limit: `<= ${LIMIT}`, ok: ratio <= LIMIT },
    { ...row('p99', 0.99), ratio: quantile(mine, 0.99) / quantile(bare, 0.99), ok: true },
  ];
}

interface Client {
  /** Milliseconds of each request of one round, over all connections at once. */
  round(path: string): Promise<number[]>;
  close(): void;
}

async function client(port: number): Promise<Client> {
  const agent = new Agent({ keepAlive: true, maxSockets: CONNECTIONS });
  const one = (path: string): Promise<number> =>
    new Promise((resolve, reject) => {
      const start = performance.now();
      const headers = { 'content-type': 'application/proto', 'content-length': BODY.length };
      request({ host: '127.0.0.1', port, path, method: 'POST', agent, headers }, (response) => {
        response.resume().once('end', () => {
          if (response.statusCode === 200) resolve(performance.now() - start);
          else reject(new Error(`HTTP ${response.statusCode ?? 0}`));
        });
      })
        .once('error', reject)
        .end(BODY);
    });
  await one('/');
  return {
    async round(path) {
      const times: number[] = [];
      const line = async (): Promise<void> => {
        for (let sent = 0; sent < REQUESTS_PER_ROUND / CONNECTIONS; sent++) times.push(await one(path));
      };
      await Promise.all(Array.from({ length: CONNECTIONS }, line));
      return times;
    },
    close: () => agent.destroy(),
  };
}

function quantile(times: readonly number[], at: number): number {
  const sorted = times.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * at))] ?? Number.NaN;
}

function urlOf(server: Server): string {
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

async function listening(server: Server): Promise<Server> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return server;
}
