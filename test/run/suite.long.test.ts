import { execFile } from 'node:child_process';
import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { useFolder } from '../helpers/use-folder.js';

const ROOT = join(import.meta.dirname, '../..');

const folder = useFolder();
interface Ended {
  readonly code: number;
  readonly output: string;
}

/** Runs a script of the project; resolves with its exit code and all that it printed. */
async function script(path: string, words: readonly string[], environment = {}): Promise<Ended> {
  const env = { ...process.env, TEST_REPORT: '', ...environment };
  return promisify(execFile)(process.execPath, ['--import', 'tsx', join(ROOT, path), ...words], {
    cwd: ROOT,
    env,
  }).then(
    ({ stdout, stderr }) => ({ code: 0, output: stdout + stderr }),
    (error: unknown) => {
      const { code, stdout, stderr } = error as { code: number; stdout: string; stderr: string };
      return { code, output: stdout + stderr };
    },
  );
}

function vitest(...words: string[]): Promise<Ended> {
  return script('node_modules/vitest/vitest.mjs', words);
}

async function testFilesOf(part: string): Promise<string[]> {
  const { output } = await vitest('list', '--filesOnly', '--json', '--project', part);
  return (JSON.parse(output) as { file: string }[]).map(({ file }) => relative(ROOT, file));
}

/** Runs this project's configuration on a suite of two files, and counts its results as `.ci/run` does. */
async function runSuite(quick: string, long: string): Promise<{ quick: Ended; counted: string }> {
  await mkdir(join(folder.path, 'test'));
  await writeFile(join(folder.path, 'test/one.test.ts'), quick);
  await writeFile(join(folder.path, 'test/two.long.test.ts'), long);
  const run = (part: string): Promise<Ended> =>
    script(
      'node_modules/vitest/vitest.mjs',
      [
        'run',
        '--root',
        folder.path,
        '--config',
        join(ROOT, 'vitest.config.ts'),
        '--globals',
        '--project',
        part,
      ],
      { TEST_REPORT: join(folder.path, `${part}.json`) },
    );
  const [ended] = await Promise.all([run('quick'), run('long')]);
  const reports = ['quick', 'long'].map((part) => join(folder.path, `${part}.json`));
  return { quick: ended, counted: (await script('test/run/count.ts', reports)).output };
}

describe('The suite', () => {
  it('The two parts of the suite together have every test file once', async () => {
    const parts = await Promise.all([testFilesOf('quick'), testFilesOf('long')]);
    const files = await readdir(join(ROOT, 'test'), { recursive: true });
    const tests = files.filter((file) => /\.(test|tests|spec)\.\w+$/.test(file));
    expect(parts.flat().toSorted()).toEqual(tests.map((file) => join('test', file)).toSorted());
    expect(parts.every((part) => part.length > 0)).toBe(true);
  });

  it('A run with a skipped test or one that is still to be written fails and names it', async () => {
    const { quick, counted } = await runSuite(
      `it('Works', () => undefined); describe('Later', () => { it.skip('Waits', () => undefined); it.todo('Comes'); });`,
      `it('Works too', () => undefined);`,
    );
    expect(quick.code).toBe(1);
    expect(quick.output).toContain('test/one.test.ts: Later > Waits\ntest/one.test.ts: Later > Comes');
    expect(counted).toBe('2 passed, 2 failed\n');
  });

  it('A run whose tests all pass is counted as passed', async () => {
    const { quick, counted } = await runSuite(
      `it('Works', () => undefined);`,
      `it('Works too', () => undefined);`,
    );
    expect(quick.code).toBe(0);
    expect(counted).toBe('2 passed, 0 failed\n');
  });

  it('Failed tests, files that cannot be loaded and missing reports are counted as failed', async () => {
    const { quick, counted } = await runSuite(`it('Fails', () => { throw new Error(); });`, `syntax error`);
    expect(quick.code).toBe(1);
    expect(counted).toBe('0 passed, 2 failed\n');
    const { output } = await script('test/run/count.ts', [join(folder.path, 'nothing.json')]);
    expect(output.split('\n').at(-2)).toBe('0 passed, 1 failed');
  });
});
