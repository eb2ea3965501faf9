import { expect, test } from 'vitest';
import { run as runKills, runPauses } from './replicas.js';
import { run as runRolling } from './rolling.js';
import type { FaultSeries } from './report.js';

const SEEDS = [1, 2, 3, 4, 5];
const WITHIN_MS = 900_000;

/** `npm run faults -- replicas pause rolling` runs all seeds, and tells how long a take-over takes. */
async function holds(series: FaultSeries): Promise<void> {
  const { lines, ok } = await series(SEEDS);
  console.log(lines.join('\n'));
  expect(ok, lines.join('\n')).toBe(true);
}

test(
  'Replicas are killed on the way, and everything that was acknowledged is at the server in order',
  () => holds(runKills),
  WITHIN_MS,
);

test(
  'Replicas stand still on the way, and nothing is lost, overtaken or sent twice without a reason',
  () => holds(runPauses),
  WITHIN_MS,
);

test(
  'Programs are restarted one after the other, and no click is lost and no moment passes without a socket',
  () => holds(runRolling),
  WITHIN_MS,
);
