import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';

const ROOT = join(import.meta.dirname, '../..');
// The other files of this folder are for a run by hand: docs/architecture.md, "Tests".
const FILES = ['path-installations', 'workflows-answers'];
const WITHIN_MS = 15 * 60_000;

it(
  'Saves, events and answers go through two replicas in turn as through one program, while one of them is restarted every ten seconds',
  async () => {
    const { AUTOKITTEH_URL: _, ...environment } = process.env;
    const words = [
      'run',
      '--project',
      'quick',
      '--maxWorkers',
      '1',
      ...FILES.map((name) => `test/server/${name}.test.ts`),
    ];
    const ended = await promisify(execFile)(process.execPath, ['node_modules/vitest/vitest.mjs', ...words], {
      cwd: ROOT,
      env: { ...environment, REPLICAS: '2', RESTARTS: '10', TEST_REPORT: '' },
      maxBuffer: Infinity,
    }).then(
      () => 'passed',
      (error: unknown) =>
        (error as { stdout: string; stderr: string }).stdout + (error as { stderr: string }).stderr,
    );
    expect(ended).toBe('passed');
  },
  WITHIN_MS,
);
