import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';

const ROOT = join(import.meta.dirname, '../..');

/** The script as a shell runs it whose PATH has nothing in it. */
const checkModel = (...words: readonly string[]) =>
  promisify(execFile)(process.execPath, ['--import', 'tsx', 'scripts/check-model.ts', ...words], {
    cwd: ROOT,
    env: { PATH: join(ROOT, 'test/data') },
  });

describe('npm run check:model', () => {
  it('The check of the model says how to install what it needs, and ends with 2, when Spin or gcc is not in the PATH', async () => {
    await expect(checkModel()).rejects.toMatchObject({
      code: 2,
      stdout: '',
      stderr: 'The model checker needs spin and gcc. On Debian: apt-get install -y spin gcc\n',
    });
  });

  it('The check of the model refuses an argument that it does not know, and ends with 2', async () => {
    for (const words of [['--replicas', '4'], ['--trace'], ['two']])
      await expect(checkModel(...words)).rejects.toMatchObject({
        code: 2,
        stdout: '',
        stderr: expect.stringContaining(
          'Usage: npm run check:model -- [--replicas 2 | 3] [--traces]',
        ) as string,
      });
  });
});
