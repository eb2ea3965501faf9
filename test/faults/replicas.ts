import type { Random } from '../../src/core/random.js';
import { STEPS, type Kill, type Step } from './crash-record.js';
import type { FaultSeries } from './report.js';
import { runReplicas, type Scenario } from './replicas-run.js';

const EVENTS = { count: 120, pauseMs: 40 };

/** Kills replicas at every step of an event's way; each is started again within two seconds. */
const KILLS: Scenario = {
  events: EVENTS,
  kills(seed, random) {
    const first = STEPS[seed % STEPS.length]!;
    // Two in three runs have one kill, of whichever replica comes to it, and its take-over is measured.
    if (seed % 3 !== 0) return all(() => [{ ...killAt(first, random), once: 'kill' }]);
    return all(() => [
      killAt(random() < 0.5 ? first : anyStep(random), random),
      killAt(anyStep(random), random),
    ]);
  },
};

/** Replicas stand still at a step, for half a second to ten, most of them for longer than a lease. */
const PAUSES: Scenario = {
  events: EVENTS,
  kills(seed, random) {
    const first = STEPS[seed % STEPS.length]!;
    if (seed % 3 !== 0)
      return all(() => [{ ...killAt(first, random), once: 'pause', pauseMs: 2_000 + random() * 8_000 }]);
    return all(() => [{ ...killAt(anyStep(random), random), pauseMs: 500 + random() * 6_000 }]);
  },
};

/** One replica stands still, between the answer of the journal and the dispatch, until another one has sent what it claimed. */
const PAUSES_BEFORE_DISPATCH: Scenario = {
  events: EVENTS,
  kills: (_, random) =>
    all(() => [{ ...killAt('after append', random), once: 'pause', pauseMs: 1_000, untilDelivered: true }]),
};

export const run: FaultSeries = (seeds) => runReplicas(KILLS, seeds);

export const runPauses: FaultSeries = (seeds) => runReplicas(PAUSES, seeds);

/** Without fencing a replica that stood still sends what another one has sent meanwhile: this must not hold. */
export const runUnfenced: FaultSeries = (seeds) =>
  runReplicas({ ...PAUSES_BEFORE_DISPATCH, leftOut: 'fencing' }, seeds);

function killAt(step: Step, random: Random): Kill {
  return { step, nth: 1 + Math.floor(random() * EVENTS.count * 0.2), graceMs: random() * 3 };
}

function anyStep(random: Random): Step {
  return STEPS[Math.floor(random() * STEPS.length)]!;
}

/** For each of the three replicas. */
function all(kills: () => Kill[]): Kill[][] {
  return [kills(), kills(), kills()];
}
