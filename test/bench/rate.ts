import { bareDisk } from './bare-disk.js';
import type { Bench } from './bench.js';
import { Stage, type Contestant } from './delivery-stage.js';

const PER_SECOND = 1000;
const WARM_UP_SECONDS = 3;
const SECONDS = 10;
const ROUNDS = 3;
const SOCKETS = 2;
const SENT = (WARM_UP_SECONDS + SECONDS) * PER_SECOND;

/** How long acknowledgements take at a steady rate, every event being dispatched at once. */
export const bench: Bench = {
  name: 'rate',
  async run() {
    const stage = await Stage.open();
    try {
      const p99: Record<'sdk' | 'ours', number[]> = { sdk: [], ours: [] };
      const dispatched: number[] = [];
      const disk: number[] = [];
      for (let round = 0; round < ROUNDS; round += 1) {
        disk.push(bareDisk(SECONDS * PER_SECOND, PER_SECOND));
        for (const contestant of ['sdk', 'ours'] as const) {
          await stage.serve('bare', 1e9);
          p99[contestant].push(await steady(stage, contestant));
          if (contestant === 'ours') dispatched.push(await stage.server.ask('count'));
        }
      }
      const [sdk, ours] = [Math.min(...p99.sdk), Math.min(...p99.ours)];
      return [
        {
          figure: `99th percentile of acknowledgements at ${PER_SECOND} events a second, journal and dispatch included`,
          value: `${ours.toFixed(2)} ms`,
          peer: `${sdk.toFixed(2)} ms (plain SDK)`,
          ratio: ours / sdk,
          limit: '<= 5',
          ok: ours <= 5 * sdk,
        },
        {
          figure: 'the same, of a program that does nothing but write and sync as much',
          value: `${Math.min(...disk).toFixed(2)} ms`,
          peer: `${sdk.toFixed(2)} ms (plain SDK)`,
          ratio: Math.min(...disk) / sdk,
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
