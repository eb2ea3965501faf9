import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { startPostgres } from '../../src/sim/postgres/postgres-server.js';
import type { Row } from './bench.js';
import type { ReplicaOrder, ReplicaUse } from './look-replica.js';
import type { LookWorld, WorldState } from './look-world.js';

const REPLICAS = 3;
const SETTLE_MS = 15_000;
const MEASURE_MS = 20_000;
const POLL_MS = 250;
const MOST_RATIO = 10;

interface Measured {
  readonly connections: number;
  /** Of the replica that needs most. */
  readonly use: ReplicaUse;
  /** From the start of all replicas until each app has a socket, and until each status is at the server. */
  readonly startMs: number;
  readonly wellMs: number;
  /** From the kill of a replica until each app has a socket, and until each has two. */
  readonly killMs: number;
  readonly twoMs: number;
  /** How many apps had no socket after the kill. */
  readonly deaf: number;
}

/** What a fifth as many active apps as connections cost three replicas: at so many connections, at a tenth, and at none. */
export async function lookOfReplicas(
  connections: number,
  ended: (rows: readonly Row[]) => void,
): Promise<Row[]> {
  const rows: Row[] = [];
  const add = (...more: readonly Row[]): void => {
    rows.push(...more);
    ended(more);
  };
  const idle = (await measure(0)).use;
  add(figure('a replica without connections', costOf(idle)));
  const few = await measure(connections / 10);
  add(...rowsOf(few));
  const many = await measure(connections);
  add(...rowsOf(many));
  add(
    ratioOf('CPU', percent, [idle.cpu, few.use.cpu, many.use.cpu]),
    ratioOf('memory in use', megabytes, [idle.used, few.use.used, many.use.used]),
  );
  return rows;
}

/** How many times as much many connections cost as a tenth of them, both without what the program costs that has none. */
function ratioOf(
  what: string,
  shown: (value: number) => string,
  [idle, few, many]: readonly [number, number, number],
): Row {
  const ratio = (many - idle) / (few - idle);
  return {
    figure: `${what} of a replica above the idle one`,
    value: shown(many - idle),
    peer: `${shown(few - idle)} (a tenth of the connections)`,
    ratio,
    limit: `<= ${MOST_RATIO}`,
    // Where a tenth seems to cost nothing, nothing was measured.
    ok: few > idle && ratio <= MOST_RATIO,
  };
}

function rowsOf({ connections, use, startMs, wellMs, killMs, twoMs, deaf }: Measured): Row[] {
  const apps = connections / 5;
  return [
    figure(`a replica of ${REPLICAS}, ${connections} connections, ${apps} active apps`, costOf(use)),
    figure(`all ${apps} apps have a socket after a start of ${REPLICAS} replicas`, seconds(startMs)),
    figure(`... and each of ${connections} connections has its status`, seconds(wellMs)),
    figure(
      `all ${apps} apps have a socket after one replica was killed`,
      `${seconds(killMs)}, ${deaf} had none`,
    ),
    figure('... and two sockets', seconds(twoMs)),
  ];
}

async function measure(connections: number): Promise<Measured> {
  const apps = connections / 5;
  const postgres = await startPostgres();
  const world = start('look-world.ts', `${connections}`, `${apps}`);
  const replicas: ChildProcess[] = [];
  const ended = new AbortController();
  const endWith = (child: ChildProcess): void => {
    child.once('exit', (code) => {
      if (code !== null) ended.abort(new Error(`${child.spawnargs.at(-1)} ended with code ${code}`));
    });
  };
  endWith(world);
  const { signal } = ended;
  try {
    const [peers] = (await once(world, 'message', { signal })) as [LookWorld];
    const began = performance.now();
    for (let n = 1; n <= REPLICAS; n += 1) {
      const replica = start('look-replica.ts');
      const order: ReplicaOrder = { ...peers, name: `replica-${n}`, journalUrl: postgres.url };
      endWith(replica);
      replica.send(order);
      replicas.push(replica);
    }
    await Promise.all(replicas.map((replica) => once(replica, 'message', { signal })));
    const sinceMs = async (since: number, isOver: (state: WorldState) => boolean): Promise<number> => {
      while (!isOver(await stateOf(world, signal))) {
        signal.throwIfAborted();
        await pause(POLL_MS);
      }
      return performance.now() - since;
    };
    const startMs = await sinceMs(began, ({ withOne }) => withOne === apps);
    const wellMs = await sinceMs(began, ({ withTwo, well }) => withTwo === apps && well === connections);
    await untilQuiet(() => stateOf(world, signal));
    const uses = await Promise.all(replicas.map(useOf));
    const killed = replicas.shift();
    const killedAt = performance.now();
    killed?.kill('SIGKILL');
    if (killed !== undefined) await once(killed, 'exit');
    // Slack notices that sockets are gone.
    await pause(POLL_MS);
    const deaf = apps - (await stateOf(world, signal)).withOne;
    const killMs = await sinceMs(killedAt, ({ withOne }) => withOne === apps);
    const twoMs = await sinceMs(killedAt, ({ withTwo }) => withTwo === apps);
    return {
      ...{ connections, startMs, wellMs, killMs, twoMs, deaf },
      use: {
        cpu: Math.max(...uses.map(({ cpu }) => cpu)),
        resident: Math.max(...uses.map(({ resident }) => resident)),
        used: Math.max(...uses.map(({ used }) => used)),
      },
    };
  } finally {
    for (const replica of replicas) replica.kill('SIGKILL');
    world.disconnect();
    await postgres.dispose();
  }
}

/** Until Slack has not been asked about a token for some time: that belongs to the start. */
async function untilQuiet(state: () => Promise<WorldState>): Promise<void> {
  let before = -1;
  for (let { asked } = await state(); asked !== before; { asked } = await state()) {
    before = asked;
    await pause(SETTLE_MS);
  }
}

async function useOf(replica: ChildProcess): Promise<ReplicaUse> {
  replica.send(MEASURE_MS);
  const [use] = (await once(replica, 'message')) as [ReplicaUse];
  return use;
}

async function stateOf(world: ChildProcess, signal: AbortSignal): Promise<WorldState> {
  world.send('how far');
  const [state] = (await once(world, 'message', { signal })) as [WorldState];
  return state;
}

function start(file: string, ...args: readonly string[]): ChildProcess {
  return fork(new URL(file, import.meta.url), args, {
    execArgv: ['--import', 'tsx', '--expose-gc'],
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
}

function figure(name: string, value: string): Row {
  return { figure: name, value, peer: '' };
}

function costOf({ cpu, resident, used }: ReplicaUse): string {
  return `${percent(cpu)}, ${megabytes(resident)}, of which ${megabytes(used)} in use`;
}

function percent(cpu: number): string {
  return `${(cpu * 100).toFixed(1)} % of a core`;
}

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(0)} MB`;
}

function seconds(ms: number): string {
  return `${(ms / 1_000).toFixed(1)} s`;
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
