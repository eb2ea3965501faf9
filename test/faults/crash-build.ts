import { execFile } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

const ROOT = join(import.meta.dirname, '../..');

/** The process of the crash runs, compiled. */
export interface BuiltChild {
  readonly file: string;
  remove(): Promise<void>;
}

/**
 * Compiles the process of the crash runs, which starts in a third of the time then. The folder is inside the project, so
 * that packages are found from there.
 */
export async function buildCrashChild(): Promise<BuiltChild> {
  const folder = join(ROOT, `node_modules/.cache/faults-${process.pid}`);
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }');
  const config = {
    extends: '../../../tsconfig.json',
    compilerOptions: { noEmit: false, noCheck: true, outDir: '.', rootDir: '../../..' },
    // With the threads of the journal, which nothing imports.
    include: ['../../../test/faults/crash-child.ts', '../../../src/storage/sqlite/*.ts'],
  };
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(config));
  const tsc = join(ROOT, 'node_modules/typescript/bin/tsc');
  await promisify(execFile)(process.execPath, [tsc, '-p', folder]);
  return {
    file: join(folder, 'test/faults/crash-child.js'),
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}
