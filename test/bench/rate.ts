import type { Bench } from './bench.js';
import { Stage, type Contestant } from './delivery-stage.js';

const PER_SECOND = 1000;
// Until then functions are still being compiled for speed, on the same processors: the first seconds are several times as slow.
const WARM_UP_SECONDS = 10;
const SECONDS = 10;
const ROUNDS = 5;
const SOCKETS = 2;
const SENT = (WARM_UP_SECONDS + SECONDS) * PER_SECOND;
const CONTESTANTS = ['sdk', 'sdkWithDisk', 'ours, delivery paused', 'ours'] as const;

/**
 * How long acknowledgements take at a steady rate, every event being dispatched at once: the median of the rounds, in which
 * all contestants take turns, because single rounds differ by half.
 */
export const bench: Bench = {
  name: 'rate',
  async run() {
    const stage = await Stage.open();
    try {
      const p99 = new Map<Contestant, number[]>(CONTESTANTS.map((contestant) => [contestant, []]));
      const dispatched: number[] = [];
      for (let round = 0; round < ROUNDS; round += 1) {
        for (const contestant of CONTESTANTS) {
          await stage.serve('bare', 1e9);
          p99.get(contestant)?.push(await steady(stage, contestant));
          if (contestant === 'ours') dispatched.push(await stage.server.ask('count'));
        }
      }
      const median = (contestant: Contestant): number => inOrder(p99, contestant)[(ROUNDS - 1) / 2] ?? NaN;
      const told = (contestant: Contestant): string => {
        const rounds = inOrder(p99, contestant);
        return `${median(contestant).toFixed(2)} ms (${rounds[0]?.toFixed(2)} to ${rounds.at(-1)?.toFixed(2)})`;
      };
      const sdk = median('sdk');
      const compared = (contestant: Contestant) => ({
        value: told(contestant),
        peer: `${told('sdk')}, plain SDK`,
        ratio: median(contestant) / sdk,
      });
      return [
        {
          figure: `99th percentile of acknowledgements at ${PER_SECOND} events a second, journal and dispatch included`,
          ...compared('ours'),
          limit: '<= 5',
          ok: median('ours') <= 5 * sdk,
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

function inOrder(p99: ReadonlyMap<Contestant, number[]>, contestant: Contestant): number[] {
  return (p99.get(contestant) ?? []).toSorted((a, b) => a - b);
}

function steady(stage: Stage, contestant: Contestant): Promise<number> {
  return stage.meet(contestant, SOCKETS, async () => {
    const pace = { t: 'rate', perSecond: PER_SECOND } as const;
    await stage.slack.ask('blast', WARM_UP_SECONDS * PER_SECOND, pace);
    const { latency } = await stage.slack.ask('blast', SECONDS * PER_SECOND, pace);
    return latency.p99;
  });
}
