import type { Bench } from './bench.js';
import { Stage, type Contestant } from './delivery-stage.js';

const PER_SECOND = 1000;
const WARM_UP_SECONDS = 3;
const SECONDS = 10;
const ROUNDS = 3;
const SOCKETS = 2;
const SENT = (WARM_UP_SECONDS + SECONDS) * PER_SECOND;
const CONTESTANTS = ['sdk', 'sdkWithDisk', 'ours, delivery paused', 'ours'] as const;

/** How long acknowledgements take at a steady rate, every event being dispatched at once. */
export const bench: Bench = {
  name: 'rate',
  async run() {
    const stage = await Stage.open();
    try {
      const p99 = new Map<Contestant, number>();
      const dispatched: number[] = [];
      for (let round = 0; round < ROUNDS; round += 1) {
        for (const contestant of CONTESTANTS) {
          await stage.serve('bare', 1e9);
          const took = await steady(stage, contestant);
          p99.set(contestant, Math.min(took, p99.get(contestant) ?? Infinity));
          if (contestant === 'ours') dispatched.push(await stage.server.ask('count'));
        }
      }
      const best = (contestant: Contestant): number => p99.get(contestant) ?? NaN;
      const sdk = best('sdk');
      const compared = (contestant: Contestant) => ({
        value: `${best(contestant).toFixed(2)} ms`,
        peer: `${sdk.toFixed(2)} ms (plain SDK)`,
        ratio: best(contestant) / sdk,
      });
      return [
        {
          figure: `99th percentile of acknowledgements at ${PER_SECOND} events a second, journal and dispatch included`,
          ...compared('ours'),
          limit: '<= 5',
          ok: best('ours') <= 5 * sdk,
        },
        { figure: 'the same, delivery paused', ...compared('ours, delivery paused') },
        {
          figure: 'the same, of the plain SDK when a thread writes and syncs as much before it acknowledges',
          ...compared('sdkWithDisk'),
        },
        {
          figure: `of ${SENT}, dispatched when the last was acknowledged, in the slowest round`,
          value: `${Math.min(...dispatched)}`,
          peer: '',
        },
      ];
    } finally {
      await stage.end();
    }
  },
};

function steady(stage: Stage, contestant: Contestant): Promise<number> {
  return stage.meet(contestant, SOCKETS, async () => {
    const pace = { t: 'rate', perSecond: PER_SECOND } as const;
    await stage.slack.ask('blast', WARM_UP_SECONDS * PER_SECOND, pace);
    const { latency } = await stage.slack.ask('blast', SECONDS * PER_SECOND, pace);
    return latency.p99;
  });
}
