import { SLACK_WAITS_MS } from '../../src/slack/policy.js';
import { eventually } from '../helpers/eventually.js';
import type { Bench, Row } from './bench.js';
import { median } from './median.js';
import { Stage } from './delivery-stage.js';

const EVENTS = 1000;
const ROUNDS = 5;
const DISPATCH_PER_SECOND = 100;

// What may be under way, or done, when an interaction arrives in the middle of the burst.
const BEGUN_BEFORE = 64;

interface Burst {
  readonly slowestMs: number;
  readonly acknowledged: number;
}

/** Many events at once for one connection, with a person's click among them, while the server takes few. */
export const bench: Bench = {
  name: 'burst',
  async run() {
    const stage = await Stage.open();
    try {
      const bolt: Burst[] = [];
      const ours: Burst[] = [];
      const dispatched: Dispatched[] = [];
      for (let round = 0; round < ROUNDS; round += 1) {
        await stage.serve('stand-in', DISPATCH_PER_SECOND);
        bolt.push(await stage.meet('bolt', 1, (appId) => burst(stage, appId)));
        ours.push(
          await stage.meet('ours', 1, async (appId) => {
            const result = await burst(stage, appId);
            dispatched.push(await allDispatched(stage));
            return result;
          }),
        );
      }
      return rows(bolt, ours, dispatched);
    } finally {
      await stage.end();
    }
  },
};

async function burst(stage: Stage, appId: string): Promise<Burst> {
  const { latency, acknowledged } = await stage.slack.ask('burst', appId, EVENTS);
  return { slowestMs: latency.max, acknowledged };
}

interface Dispatched {
  readonly isOnce: boolean;
  readonly isOrdered: boolean;
  /** How many events the server had when it got the interaction. */
  readonly beforeClick: number;
}

async function allDispatched(stage: Stage): Promise<Dispatched> {
  const isDone = async (): Promise<boolean> => (await stage.server.ask('count')) >= EVENTS;
  await eventually(isDone, 'all dispatched', 60_000);
  const events = await stage.server.ask('events');
  const last = new Map<string, number>();
  let isOrdered = true;
  for (const { channel, n } of events) {
    if (Number.isNaN(n)) continue;
    isOrdered &&= n > (last.get(channel) ?? -1);
    last.set(channel, n);
  }
  return {
    isOnce: new Set(events.map(({ key }) => key)).size === EVENTS && events.length === EVENTS,
    isOrdered,
    beforeClick: events.findIndex(({ type }) => type !== 'message'),
  };
}

function rows(bolt: readonly Burst[], ours: readonly Burst[], dispatched: readonly Dispatched[]): Row[] {
  const boltMs = median(bolt.map(({ slowestMs }) => slowestMs));
  const oursMs = median(ours.map(({ slowestMs }) => slowestMs));
  const acknowledged = Math.min(...ours.map((each) => each.acknowledged));
  const isInTime = ours.every(({ slowestMs }) => slowestMs < SLACK_WAITS_MS);
  const beforeClick = Math.max(...dispatched.map((each) => each.beforeClick));
  const isExact = dispatched.every(({ isOnce, isOrdered }) => isOnce && isOrdered);
  return [
    {
      figure: `${EVENTS} events at once, acknowledged within Slack's 3 s, journal included`,
      value: `${acknowledged}`,
      peer: `${Math.min(...bolt.map((each) => each.acknowledged))} (Bolt)`,
      limit: `${EVENTS}`,
      ok: acknowledged === EVENTS && isInTime,
    },
    {
      figure: `slowest of ${EVENTS} acknowledgements, median of ${ROUNDS} bursts`,
      value: `${oursMs.toFixed(0)} ms`,
      peer: `${boltMs.toFixed(0)} ms (Bolt, writes nothing)`,
      ratio: oursMs / boltMs,
      limit: '<= 2',
      ok: oursMs <= 2 * boltMs,
    },
    {
      figure: `of ${EVENTS}, dispatched once and each conversation in order, at ${DISPATCH_PER_SECOND} a second`,
      value: isExact ? 'all' : 'not all',
      peer: '',
      limit: 'all',
      ok: isExact,
    },
    {
      figure: 'events that the server had before a click that came in their middle',
      value: `${beforeClick}`,
      peer: `${EVENTS / 2} came before it`,
      limit: `<= ${BEGUN_BEFORE}`,
      ok: beforeClick >= 0 && beforeClick <= BEGUN_BEFORE,
    },
  ];
}
