import { expect, test } from 'vitest';
import { run, runWithoutAdoption } from './database.js';

const WITHIN_MS = 900_000;

// `npm run faults -- database` runs all seeds.
test(
  'PostgreSQL fails in every way, and what was acknowledged is at the server in order',
  async () => {
    const { lines, ok } = await run([1, 2, 3, 4, 5]);
    console.log(lines.join('\n'));
    expect(ok, lines.join('\n')).toBe(true);
  },
  WITHIN_MS,
);

test(
  'The series finds events that are not delivered where claims whose answer was lost are not adopted',
  async () => {
    const { lines, ok } = await runWithoutAdoption([1]);
    expect(lines.join('\n')).toContain('everything settled in run 1');
    expect(ok).toBe(false);
  },
  WITHIN_MS,
);
