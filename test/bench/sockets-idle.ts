import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';

import type { Bench, Row } from './bench.js';
import type { ClientKind, IdleOrder, IdleResult } from './idle-clients.js';
import type { SlackAddress } from '../world/slack-process.js';

const APPS = 500;
const SOCKETS = 2;
// Longer than a socket has to be open before it counts as stable, which is noted once for each.
const SETTLE_MS = 10_000;
const MEASURE_MS = 10_000;
// They take turns, so that all see the same machine.
const ROUNDS = 3;

/** What 1,000 idle sockets cost, beside the plain SDK and a bare `ws` client with the same pings; each in its own process. */
export const bench: Bench = {
  name: 'sockets-idle',
  async run() {
    const results: Record<ClientKind, IdleResult[]> = { ours: [], sdk: [], ws: [] };
    for (let round = 0; round < ROUNDS; round++)
      for (const kind of ['ours', 'sdk', 'ws'] as const) results[kind].push(await measure(kind));
    return rows(least(results.ours), least(results.sdk), least(results.ws));
  },
};

function rows(ours: IdleResult, sdk: IdleResult, ws: IdleResult): readonly Row[] {
  const toSdk = ours.cpu / sdk.cpu;
  const toWs = ours.cpu / ws.cpu;
  const kilobytes = (bytes: number): string => `${(bytes / 1_000).toFixed(0)} kB`;
  const percent = ({ cpu }: IdleResult): string => `${(cpu * 100).toFixed(1)} % of a core`;
  return [
    {
      figure: 'CPU, 1,000 idle sockets',
      value: percent(ours),
      peer: `${percent(sdk)} (plain SDK)`,
      ratio: toSdk,
      limit: '<= 0.3',
      ok: toSdk <= 0.3,
    },
    {
      figure: 'CPU, 1,000 idle sockets',
      value: percent(ours),
      peer: `${percent(ws)} (bare ws, same pings)`,
      ratio: toWs,
      limit: '<= 1',
      ok: toWs <= 1,
    },
    {
      figure: 'memory of an idle socket, no TLS',
      value: kilobytes(ours.bytesPerSocket),
      peer: `${kilobytes(sdk.bytesPerSocket)} (plain SDK), ${kilobytes(ws.bytesPerSocket)} (ws)`,
      limit: '<= 160 kB',
      ok: ours.bytesPerSocket <= 160_000,
    },
    {
      figure: '... of which in use when the garbage is collected',
      value: kilobytes(ours.keptPerSocket),
      peer: `${kilobytes(sdk.keptPerSocket)} (plain SDK), ${kilobytes(ws.keptPerSocket)} (ws)`,
    },
  ];
}

/** What other processes of the machine add is noise, and it only adds. */
function least(results: readonly IdleResult[]): IdleResult {
  return {
    cpu: Math.min(...results.map(({ cpu }) => cpu)),
    bytesPerSocket: Math.min(...results.map(({ bytesPerSocket }) => bytesPerSocket)),
    keptPerSocket: Math.min(...results.map(({ keptPerSocket }) => keptPerSocket)),
  };
}

async function measure(kind: ClientKind): Promise<IdleResult> {
  const slack = start('../world/slack-process.ts', String(APPS));
  const [address] = (await once(slack, 'message')) as [SlackAddress];
  const clients = start('idle-clients.ts');
  const order: IdleOrder = { ...address, kind, sockets: SOCKETS, settleMs: SETTLE_MS, measureMs: MEASURE_MS };
  clients.send(order);
  try {
    const [result] = (await Promise.race([
      once(clients, 'message'),
      once(clients, 'exit').then(() => Promise.reject(new Error(`the ${kind} clients ended early`))),
    ])) as [IdleResult];
    return result;
  } finally {
    clients.kill();
    slack.disconnect();
    await once(slack, 'exit');
  }
}

function start(file: string, ...args: string[]): ChildProcess {
  return fork(new URL(file, import.meta.url), args, {
    execArgv: ['--import', 'tsx', '--expose-gc'],
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
}
