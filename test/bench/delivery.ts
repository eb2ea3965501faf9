import type { Bench, Row } from './bench.js';
import { Stage, type Contestant } from './delivery-stage.js';

const SOCKETS = 4;
const IN_FLIGHT = 32;
const WARM_UP = 20_000;
const COUNT = 100_000;

const TURNS = [
  ...['bolt', 'ours', 'ours, no record', 'ours, delivery paused'],
  ...['bolt', 'ours', 'ours, no record'],
] as const satisfies Contestant[];

// As fast as a real server with two cores was seen to take them.
const DISPATCH_PER_SECOND = 100;

/** Acknowledgements a second, flat out: written to the disk first, beside Bolt's, which writes nothing. */
export const bench: Bench = {
  name: 'delivery',
  async run() {
    const stage = await Stage.open();
    try {
      await stage.serve('bare', DISPATCH_PER_SECOND);
      // In turn, twice, and the better of each: what else the machine does hits all alike.
      const rates = new Map<Contestant, number>();
      for (const contestant of TURNS) {
        const rate = await flatOut(stage, contestant);
        rates.set(contestant, Math.max(rates.get(contestant) ?? 0, rate));
      }
      const bolt = rates.get('bolt') ?? 0;
      return [
        row('with delivery running', rates.get('ours') ?? 0, bolt),
        row('with delivery paused', rates.get('ours, delivery paused') ?? 0, bolt),
        recordRow(rates.get('ours') ?? 0, rates.get('ours, no record') ?? 0),
      ];
    } finally {
      await stage.end();
    }
  },
};

function row(how: string, ours: number, bolt: number): Row {
  return {
    figure: `durable acknowledgements a second, ${SOCKETS} sockets, ${IN_FLIGHT} in flight each, ${how}`,
    value: ours.toFixed(0),
    peer: `${bolt.toFixed(0)} (Bolt, without a disk)`,
    ratio: ours / bolt,
    limit: '>= 1.5',
    ok: ours >= 1.5 * bolt,
  };
}

/** What it costs to note the path of each event. */
function recordRow(ours: number, without: number): Row {
  return {
    figure: 'the same with delivery running, beside one that notes nothing of the paths of events',
    value: ours.toFixed(0),
    peer: `${without.toFixed(0)} (nothing noted)`,
    ratio: ours / without,
  };
}

function flatOut(stage: Stage, contestant: Contestant): Promise<number> {
  return stage.meet(contestant, SOCKETS, async (appId) => {
    const pace = { t: 'window', perSocket: IN_FLIGHT } as const;
    await stage.slack.ask('blast', appId, WARM_UP, pace);
    const { perSecond } = await stage.slack.ask('blast', appId, COUNT, pace);
    return perSecond;
  });
}
