// Checks the model of the protocol of several replicas (docs/replicas-model): `npm run check:model`.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { CHECKS, type ModelCheck } from './model-checks.js';
import { missingPrograms, runCheck } from './spin.js';

const USAGE = 'Usage: npm run check:model -- [--replicas 2 | 3] [--traces]';

const say = (line: string): boolean => process.stdout.write(`${line}\n`);
const complain = (line: string): boolean => process.stderr.write(`${line}\n`);

function wanted(): { checks: readonly ModelCheck[]; traces: boolean } {
  try {
    const { replicas, traces = false } = parseArgs({
      options: { replicas: { type: 'string' }, traces: { type: 'boolean' } },
    }).values;
    const checks = CHECKS.filter(
      ({ bounds }) => replicas === undefined || String(bounds.REPLICAS) === replicas,
    );
    if (checks.length === 0) throw new Error('--replicas must be 2 or 3.');
    return { checks, traces };
  } catch (cause) {
    complain(`${cause instanceof Error ? cause.message : String(cause)}\n${USAGE}`);
    process.exit(2);
  }
}

function title({ bounds, without, cycles }: ModelCheck): string {
  const { REPLICAS, EVENTS, ...faults } = bounds;
  const some = Object.entries(faults).map(
    ([name, count]) => `${name.toLowerCase().replace('_', ' ')} ${String(count)}`,
  );
  const question = without?.part ?? (cycles === true ? 'every run ends' : 'all properties');
  return `${String(REPLICAS)} replicas, ${String(EVENTS)} ${EVENTS === 1 ? 'event' : 'events'}, ${some.join(', ') || 'no faults'}: ${question}`;
}

/** Whether the check ended as it must; prints a line for it, and the steps to what is broken where they are wanted. */
async function holds(check: ModelCheck, traces: boolean): Promise<boolean> {
  const folder = await mkdtemp(join(tmpdir(), 'check-model-'));
  try {
    const { complete, broken, states, seconds, trace } = await runCheck(check, folder);
    const breaks = check.without?.breaks;
    const good = breaks === undefined ? complete && !broken : trace.at(-1) === `BROKEN: ${breaks}`;
    const result = broken
      ? (trace.at(-1) ?? 'BROKEN: a run that never ends')
      : complete
        ? 'holds'
        : 'NOT COMPLETED';
    say(
      `${good ? 'ok    ' : 'FAILED'} ${title(check)}: ${result} (${String(states)} states, ${String(seconds)} s)`,
    );
    if (!good && breaks !== undefined) say(`       This counter-check must find: ${breaks}`);
    if (traces || (broken && !good)) for (const step of trace) say(`         ${step}`);
    return good;
  } finally {
    await rm(folder, { recursive: true });
  }
}

const { checks, traces } = wanted();
const missing = await missingPrograms();
if (missing.length > 0) {
  complain(
    `The model checker needs ${missing.join(' and ')}. On Debian: apt-get install -y ${missing.join(' ')}`,
  );
  process.exit(2);
}
let failed = 0;
for (const check of checks) if (!(await holds(check, traces))) failed++;
say(
  failed === 0
    ? `All ${String(checks.length)} checks ended as they must.`
    : `${String(failed)} checks FAILED.`,
);
process.exitCode = failed === 0 ? 0 : 1;
