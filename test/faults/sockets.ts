import { seededRandom } from '../../src/core/random.js';
import { eventually } from '../helpers/eventually.js';
import type { FaultReport, FaultSeries } from './report.js';
import { FAULTS, type SocketsFaultName } from './sockets-faults.js';
import { faultLines } from './sockets-report.js';
import { runCase, type SocketsCase, type SocketsRun } from './sockets-run.js';
import { STAGES, type Stage } from './sockets-stages.js';
import { SteadyClock } from './steady-clock.js';

/** Each fault in each state of a socket, in an order that mixes them. */
const CELLS = shuffled(
  (Object.keys(FAULTS) as SocketsFaultName[]).flatMap((fault) =>
    (Object.keys(STAGES) as Stage[]).map((stage) => ({ fault, stage })),
  ),
);
/** Runs at a time, each an app of its own. */
const TOGETHER = 10;
const FACTOR = 20;
const ALL = /^(?:TCP|Timeout|GetAddrInfo|HTTP)/;
const SOCKETS = /^TCPSocket/;

/** The fault matrix of the sockets: as many seeds as cells, one after the other, meet every one of them. */
export const run: FaultSeries = (seeds) => runMatrix(seeds, false);

/** The same with a CONNECT proxy as the only way to Slack. */
export const runThroughProxy: FaultSeries = (seeds) => runMatrix(seeds, true);

const runMatrix = async (seeds: readonly number[], isProxied: boolean): Promise<FaultReport> => {
  const crashes: string[] = [];
  const onCrash = (error: unknown): void =>
    void crashes.push(error instanceof Error ? String(error.stack) : String(error));
  process.on('uncaughtException', onCrash);
  process.on('unhandledRejection', onCrash);
  const clock = new SteadyClock(FACTOR);
  const runs: SocketsRun[] = [];
  const leaks: string[] = [];
  try {
    for (let n = 0; n < seeds.length; n += TOGETHER) {
      const before = { all: resources(ALL), sockets: resources(SOCKETS) };
      const cases = seeds.slice(n, n + TOGETHER).map((seed) => caseOf(seed));
      const over = await Promise.all(cases.map((each) => runCase(clock, each, isProxied)));
      runs.push(...over.map(({ run: each }) => each));
      const open = await left(() => resources(SOCKETS) - before.sockets);
      await Promise.all(over.map(({ end }) => end()));
      const other = await left(() => clock.pendingTimers + resources(ALL) - before.all);
      if (open > 0 || other > 0)
        leaks.push(
          `seeds ${cases.map(({ seed }) => seed).join(', ')}: ${open} TCP connections, ${other} in all`,
        );
    }
  } finally {
    clock.stop();
    process.off('uncaughtException', onCrash);
    process.off('unhandledRejection', onCrash);
  }
  return report(runs, crashes, leaks);
};

/** The case of a seed; seeds count from 1. */
function caseOf(seed: number): SocketsCase {
  const cell = CELLS[(seed - 1) % CELLS.length];
  if (cell === undefined) throw new RangeError('seeds are whole numbers from 1');
  return { seed, ...cell };
}

function report(
  runs: readonly SocketsRun[],
  crashes: readonly string[],
  leaks: readonly string[],
): FaultReport {
  const failures = runs.flatMap(({ seed, fault, stage, failures: what }) =>
    what.map((failure) => `seed ${seed}, ${fault} while ${stage}: ${failure}`),
  );
  const bad = [
    ...failures,
    ...crashes.map((crash) => `process exit: ${crash}`),
    ...leaks.map((leak) => `leak: ${leak}`),
  ];
  return { lines: [...faultLines(runs, crashes.length, leaks.length), ...bad], ok: bad.length === 0 };
}

/** Of what has been closed, some is gone a turn of the event loop later. */
async function left(count: () => number): Promise<number> {
  await eventually(() => count() <= 0, 'nothing is left', 2_000).catch(() => undefined);
  return Math.max(0, count());
}

/** What keeps this process alive. */
function resources(kinds: RegExp): number {
  return process.getActiveResourcesInfo().filter((kind) => kinds.test(kind)).length;
}

function shuffled<Item>(list: readonly Item[]): Item[] {
  const random = seededRandom(1);
  return list
    .map((item) => ({ item, place: random() }))
    .sort((a, b) => a.place - b.place)
    .map(({ item }) => item);
}
