import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { ModelCheck } from './model-checks.js';

const MODEL = fileURLToPath(new URL('../docs/replicas-model/replicas.pml', import.meta.url));
const TRAIL = 'replicas.pml.trail';
const MEGABYTES = 2048;

const run = promisify(execFile);

/** What the model checker found. */
export interface Verdict {
  /** Whether every state was looked at; never so where something is broken. */
  readonly complete: boolean;
  readonly broken: boolean;
  readonly states: number;
  readonly seconds: number;
  /** The shortest steps found to what is broken, and as the last one the property, after BROKEN. */
  readonly trace: readonly string[];
}

const found = (output: string, pattern: RegExp): number => Number(pattern.exec(output)?.[1] ?? Number.NaN);

/** Which programs the checks need and the PATH has not. */
export async function missingPrograms(): Promise<readonly string[]> {
  const missing: string[] = [];
  for (const [program, flag] of [
    ['spin', '-V'],
    ['gcc', '--version'],
  ] as const)
    await run(program, [flag]).catch(() => missing.push(program));
  return missing;
}

/** Runs one check in `folder`, which is emptied by its owner. Rejects when a program fails. */
export async function runCheck({ bounds, without, cycles }: ModelCheck, folder: string): Promise<Verdict> {
  const faults = { LAPSES: 0, CRASHES: 0, CUTS: 0, FAILURES: 0, RESENDS: 0, IDLE_LOOKS: 0 };
  const defined = Object.entries({ ...faults, ...bounds }).map(
    ([name, value]) => `-D${name}=${String(value)}`,
  );
  // The breadth-first search of a counter-check finds the shortest trace; it refuses hidden variables.
  if (without !== undefined) defined.push(`-D${without.part}`, '-Dhidden=');
  // A counter-check ends early: to compile it well would take longer than to run it.
  const search = without === undefined ? ['-O2'] : ['-O0', '-DBFS'];
  const property = cycles === true ? '-DNP' : '-DSAFETY';
  const limits = { cwd: folder, maxBuffer: 1 << 28 };

  await run('spin', [...defined, '-a', MODEL], limits);
  await run(
    'gcc',
    ['-o', 'pan', 'pan.c', property, '-DNOREDUCE', `-DMEMLIM=${String(MEGABYTES)}`, ...search],
    limits,
  );
  const { stdout } = await run('./pan', ['-m1000000', ...(cycles === true ? ['-l'] : [])], limits);
  const broken = found(stdout, /errors: (\d+)/) !== 0;
  return {
    complete: !/Search not completed|max search depth too small|reached -DMEMLIM/.test(stdout),
    broken,
    states: found(stdout, /(\d+) states, stored/),
    seconds: found(stdout, /elapsed time ([\d.]+) seconds/),
    trace: broken ? await replay(defined, folder) : [],
  };
}

async function replay(defined: readonly string[], folder: string): Promise<readonly string[]> {
  const { stdout } = await run('spin', [...defined, '-t', '-k', TRAIL, MODEL], {
    cwd: folder,
    maxBuffer: 1 << 28,
  });
  const steps = stdout
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => /^(replica|journal|AutoKitteh|connection|BROKEN)/.test(line));
  // Spin goes on after a broken property; what is printed then is no part of the run.
  const end = steps.findIndex((step) => step.startsWith('BROKEN'));
  return end < 0 ? steps : steps.slice(0, end + 1);
}
