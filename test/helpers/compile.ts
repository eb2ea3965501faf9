import { execFile } from 'node:child_process';
import { cpSync, mkdirSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

const ROOT = join(import.meta.dirname, '../..');

/** Sources of the project, compiled. */
export interface Compiled {
  /** Where the compiled form of a file is, named as the source is: `src/main.js`. */
  file(path: string): string;
  remove(): Promise<void>;
}

/**
 * Compiles these files of the project (globs, from its root) and all that they import, without a check of types; copies
 * these others. The folder is inside the project, so that packages are found from there.
 */
export async function compile(
  name: string,
  include: readonly string[],
  copied: readonly string[],
): Promise<Compiled> {
  const folder = join(ROOT, `node_modules/.cache/compiled-${name}-${process.pid}`);
  mkdirSync(folder, { recursive: true });
  for (const path of ['package.json', ...copied])
    cpSync(join(ROOT, path), join(folder, path), { recursive: true });
  const config = {
    extends: '../../../tsconfig.json',
    compilerOptions: { noEmit: false, noCheck: true, outDir: '.', rootDir: '../../..' },
    include: include.map((path) => `../../../${path}`),
  };
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(config));
  const tsc = join(ROOT, 'node_modules/typescript/bin/tsc');
  await promisify(execFile)(process.execPath, [tsc, '-p', folder]);
  return {
    file: (path) => join(folder, path),
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}
