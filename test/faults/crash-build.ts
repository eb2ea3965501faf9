import { execFile } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';

const ROOT = join(import.meta.dirname, '../..');

/**
 * Compiles the process of the crash runs, which starts in a third of the time then, and answers its file. The folder is
 * inside the project, so that packages are found from there.
 */
export async function buildCrashChild(): Promise<string> {
  const folder = join(ROOT, `node_modules/.cache/faults-${process.pid}`);
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }');
  const config = {
    extends: '../../../tsconfig.json',
    compilerOptions: { noEmit: false, noCheck: true, outDir: '.', rootDir: '../../..' },
    include: [],
    files: ['../../../test/faults/crash-child.ts', '../../../src/storage/sqlite/worker.ts'],
  };
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(config));
  const tsc = join(ROOT, 'node_modules/typescript/bin/tsc');
  await promisify(execFile)(process.execPath, [tsc, '-p', folder]);
  return join(folder, 'test/faults/crash-child.js');
}
