import type { Bench, Row } from './bench.js';
import { Stage, type Contestant } from './delivery-stage.js';

const SOCKETS = 4;
const IN_FLIGHT = 32;
const WARM_UP = 20_000;
const COUNT = 100_000;

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
      for (const contestant of ['bolt', 'ours', 'ours, delivery paused', 'bolt', 'ours'] as const) {
        const rate = await flatOut(stage, contestant);
        rates.set(contestant, Math.max(rates.get(contestant) ?? 0, rate));
      }
      const bolt = rates.get('bolt') ?? 0;
      return [
        row('with delivery running', rates.get('ours') ?? 0, bolt),
        row('with delivery paused', rates.get('ours, delivery paused') ?? 0, bolt),
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

function flatOut(stage: Stage, contestant: Contestant): Promise<number> {
  return stage.meet(contestant, SOCKETS, async (appId) => {
    const pace = { t: 'window', perSocket: IN_FLIGHT } as const;
    await stage.slack.ask('blast', appId, WARM_UP, pace);
    const { perSecond } = await stage.slack.ask('blast', appId, COUNT, pace);
    return perSecond;
  });
}
