import { loadavg } from 'node:os';
import { latencyOf } from '../../src/sim/slack/blast/latency.js';
import type { Bench, Row } from './bench.js';
import { median } from './median.js';
import { ReplicasStage, type Crew } from './replicas-stage.js';
import { waitingRows } from './replicas-waiting.js';

const CONTESTANTS = [
  { name: 'SQLite', engine: 'SQLite', replicas: 1 },
  { name: 'PostgreSQL, one replica', engine: 'PostgreSQL', replicas: 1 },
  { name: 'PostgreSQL, two replicas', engine: 'PostgreSQL', replicas: 2 },
  { name: 'PostgreSQL, three replicas', engine: 'PostgreSQL', replicas: 3 },
] as const;
type Name = (typeof CONTESTANTS)[number]['name'];

const ROUNDS = 5;
// As fast as a real server with two cores was seen to take them.
const DISPATCH_PER_SECOND = 100;
// Of each app, of which there are twelve with two sockets each: 144 under way in all.
const IN_FLIGHT = { t: 'window', perSocket: 6 } as const;
const WARM_UP = 500;
const COUNT = 2000;
const PER_SECOND = 1000;
// Until then functions are still being compiled for speed.
const WARM_UP_SECONDS = 10;
const TURN_SECONDS = 5;

interface Measured {
  readonly perSecond: number[];
  readonly p50: number[];
  readonly p99: number[];
}

/** Acknowledgements of one process with a file and of several replicas with PostgreSQL, all contestants in turn; and the journal's verbs. */
export const bench: Bench = {
  name: 'replicas',
  async run() {
    const stage = await ReplicasStage.open();
    try {
      const measured = new Map<Name, Measured>(
        CONTESTANTS.map(({ name }) => [name, { perSecond: [], p50: [], p99: [] }]),
      );
      await stage.server.ask('openBare', DISPATCH_PER_SECOND);
      for (let round = 1; round <= ROUNDS; round += 1)
        for (const { name, engine, replicas } of CONTESTANTS) {
          const crew = await stage.start(engine, replicas);
          await stage.slack.ask('blastAll', crew.appIds, WARM_UP, IN_FLIGHT);
          const { perSecond } = await stage.slack.ask('blastAll', crew.appIds, COUNT, IN_FLIGHT);
          measured.get(name)?.perSecond.push(perSecond);
          await crew.leave();
        }
      await stage.server.ask('openBare', 1e9);
      await measureRate(stage, measured);
      return [...rows(measured), ...(await waitingRows(stage, ROUNDS))];
    } finally {
      await stage.end();
    }
  },
};

/** At a steady rate, every event being dispatched at once; all are there all the time and take turns. */
async function measureRate(stage: ReplicasStage, measured: ReadonlyMap<Name, Measured>): Promise<void> {
  const crews = new Map<Name, Crew>();
  const turn = async ({ appIds }: Crew, seconds: number): Promise<number[]> => {
    const pace = { t: 'rate', perSecond: PER_SECOND / appIds.length } as const;
    const count = Math.round((PER_SECOND * seconds) / appIds.length);
    return (await stage.slack.ask('blastAll', appIds, count, pace)).tookMs;
  };
  try {
    for (const { name, engine, replicas } of CONTESTANTS) {
      const crew = await stage.start(engine, replicas);
      crews.set(name, crew);
      await turn(crew, WARM_UP_SECONDS);
    }
    for (let round = 1; round <= ROUNDS; round += 1)
      for (const [name, crew] of crews) {
        const { p50, p99 } = latencyOf(Float64Array.from(await turn(crew, TURN_SECONDS)));
        measured.get(name)?.p50.push(p50);
        measured.get(name)?.p99.push(p99);
      }
  } finally {
    await Promise.all([...crews.values()].map((crew) => crew.leave()));
  }
}

function rows(measured: ReadonlyMap<Name, Measured>): Row[] {
  const of = (name: Name, figure: keyof Measured): number => median(measured.get(name)?.[figure] ?? []);
  const rate = (name: Name, peer: Name, least: number | undefined): Row => ({
    figure: `durable acknowledgements a second, flat out: ${name}`,
    value: of(name, 'perSecond').toFixed(0),
    peer: `${of(peer, 'perSecond').toFixed(0)} (${peer})`,
    ratio: of(name, 'perSecond') / of(peer, 'perSecond'),
    ...(least === undefined
      ? {}
      : { limit: `>= ${least}`, ok: of(name, 'perSecond') >= least * of(peer, 'perSecond') }),
  });
  const latency = (name: Name, figure: 'p50' | 'p99', most: number | undefined): Row => ({
    figure: `${figure} of acknowledgements at ${PER_SECOND} events a second: ${name}`,
    value: `${of(name, figure).toFixed(2)} ms`,
    peer: `${of('SQLite', figure).toFixed(2)} ms (SQLite)`,
    ratio: of(name, figure) / of('SQLite', figure),
    ...(most === undefined
      ? {}
      : { limit: `<= ${most}`, ok: of(name, figure) <= most * of('SQLite', figure) }),
  });
  const shared = CONTESTANTS.map(({ name }) => name).filter((name) => name !== 'SQLite');
  const [one] = shared;
  return [
    {
      figure: 'load of the machine at the end of these rounds',
      value: loadavg()[0]?.toFixed(1) ?? '',
      peer: '',
    },
    rate('PostgreSQL, one replica', 'SQLite', 0.25),
    rate('PostgreSQL, two replicas', one ?? 'SQLite', undefined),
    rate('PostgreSQL, three replicas', one ?? 'SQLite', 0.8),
    ...shared.map((name) => latency(name, 'p50', undefined)),
    ...shared.map((name) => latency(name, 'p99', name === one ? 3 : undefined)),
  ];
}
