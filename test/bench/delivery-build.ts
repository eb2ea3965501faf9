import { execFile } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';

const ROOT = join(import.meta.dirname, '../..');
// Inside the project, so that packages are found from there.
const BUILT = join(ROOT, 'node_modules/.cache/bench');

let built: Promise<string> | undefined;

/**
 * Compiles the processes of the benchmarks as the program is compiled for use, because a loader for TypeScript costs
 * something at every call of a closure. Answers the folder that then holds `src` and `test`.
 */
export function build(): Promise<string> {
  built ??= compile();
  return built;
}

async function compile(): Promise<string> {
  mkdirSync(BUILT, { recursive: true });
  writeFileSync(join(BUILT, 'package.json'), '{ "type": "module" }');
  const config = {
    extends: '../../../tsconfig.json',
    compilerOptions: { noEmit: false, noCheck: true, outDir: '.', rootDir: '../../..' },
    include: [
      '../../../test/bench/delivery-*.ts',
      '../../../test/bench/backlog-client.ts',
      '../../../src/storage/sqlite/*-thread.ts',
    ],
  };
  writeFileSync(join(BUILT, 'tsconfig.json'), JSON.stringify(config));
  const tsc = join(ROOT, 'node_modules/typescript/bin/tsc');
  await promisify(execFile)(process.execPath, [tsc, '-p', BUILT]);
  return BUILT;
}
