import { latencyOf } from '../../src/sim/slack/blast/latency.js';
import type { Bench, Row } from './bench.js';
import { Stage, type Connected, type Contestant } from './delivery-stage.js';

const PER_SECOND = 1000;
const PACE = { t: 'rate', perSecond: PER_SECOND } as const;
// Until then functions are still being compiled for speed, on the same processors: the first seconds are several times as slow.
const WARM_UP_SECONDS = 10;
const TURN_SECONDS = 2;
const TURNS = 25;
const SOCKETS = 2;
const CONTESTANTS = ['sdk', 'sdkWithDisk', 'ours, delivery paused', 'ours, no record', 'ours'] as const;
const DISPATCHING = 2;

interface Measured {
  /** Milliseconds of each acknowledgement of each turn. */
  readonly turns: number[][];
  readonly connected: Connected;
}

/**
 * How long acknowledgements take at a steady rate, every event being dispatched at once. All contestants are there all the
 * time and take short turns, so that what else the machine does in these minutes meets all of them alike.
 */
export const bench: Bench = {
  name: 'rate',
  async run() {
    const stage = await Stage.open();
    const all = new Map<Contestant, Measured>();
    try {
      await stage.serve('bare', 1e9);
      for (const contestant of CONTESTANTS)
        all.set(contestant, { turns: [], connected: await stage.connect(contestant, SOCKETS) });
      for (const { connected } of all.values())
        await stage.slack.ask('blast', connected.appId, WARM_UP_SECONDS * PER_SECOND, PACE);
      let mostLeft = 0;
      for (let turn = 1; turn <= TURNS; turn += 1) {
        for (const { turns, connected } of all.values())
          turns.push(await stage.slack.ask('latencies', connected.appId, TURN_SECONDS * PER_SECOND, PACE));
        // The last of them is ours; those before it have dispatched their events by now.
        const sent = DISPATCHING * (WARM_UP_SECONDS + turn * TURN_SECONDS) * PER_SECOND;
        mostLeft = Math.max(mostLeft, sent - (await stage.server.ask('count')));
      }
      return rows(all, mostLeft);
    } finally {
      await Promise.all([...all.values()].map(({ connected }) => connected.leave()));
      await stage.end();
    }
  },
};

function rows(all: ReadonlyMap<Contestant, Measured>, mostLeft: number): Row[] {
  const percentileOf = (contestant: Contestant): Percentile => percentile(all.get(contestant)?.turns ?? []);
  const sdk = percentileOf('sdk');
  const ours = percentileOf('ours');
  const compared = ({ ms, told }: Percentile) => ({
    value: told,
    peer: `${sdk.told}, plain SDK`,
    ratio: ms / sdk.ms,
  });
  return [
    {
      figure: `99th percentile of acknowledgements at ${PER_SECOND} events a second, journal and dispatch included`,
      ...compared(ours),
      limit: '<= 5',
      ok: ours.ms <= 5 * sdk.ms,
    },
    {
      figure: 'the same, but that nothing is noted of the paths of events',
      ...compared(percentileOf('ours, no record')),
    },
    { figure: 'the same, delivery paused', ...compared(percentileOf('ours, delivery paused')) },
    {
      figure: 'the same, of the plain SDK when a thread writes and syncs as much before it acknowledges',
      ...compared(percentileOf('sdkWithDisk')),
    },
    {
      figure: `not dispatched yet when the last of a turn's ${TURN_SECONDS * PER_SECOND} was acknowledged, at most`,
      value: `${mostLeft}`,
      peer: '',
    },
  ];
}

interface Percentile {
  /** Of all turns together. */
  readonly ms: number;
  /** In words, with those of single turns, the lower and the upper quarter left out. */
  readonly told: string;
}

function percentile(turns: readonly number[][]): Percentile {
  const p99 = (times: readonly number[]): number => latencyOf(Float64Array.from(times)).p99;
  const ms = p99(turns.flat());
  const single = turns.map(p99).sort((a, b) => a - b);
  const at = (share: number): string => (single[Math.floor(single.length * share)] ?? NaN).toFixed(2);
  return { ms, told: `${ms.toFixed(2)} ms (turns ${at(0.25)} to ${at(0.75)})` };
}
