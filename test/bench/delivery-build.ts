import { execFile } from 'node:child_process';
import { cpSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
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
      '../../../test/bench/replicas-*-client.ts',
      '../../../src/storage/sqlite/*-thread.ts',
    ],
  };
  writeFileSync(join(BUILT, 'tsconfig.json'), JSON.stringify(config));
  const tsc = join(ROOT, 'node_modules/typescript/bin/tsc');
  await promisify(execFile)(process.execPath, [tsc, '-p', BUILT]);
  return BUILT;
}

let builtWithoutRecord: Promise<string> | undefined;

/** The same, but that nothing is noted of the paths of events: it tells what their record costs. */
export function buildWithoutRecord(): Promise<string> {
  builtWithoutRecord ??= build().then((folder) => {
    const copy = `${folder}-without-record`;
    rmSync(copy, { recursive: true, force: true });
    cpSync(folder, copy, { recursive: true });
    const file = join(copy, 'src/delivery/event-path.js');
    const kept = './event-path-kept.js';
    if (!readFileSync(file, 'utf8').includes('export function noteDispatch('))
      throw new Error(`${file} notes nothing: change what is left out here`);
    renameSync(file, join(copy, 'src/delivery', kept));
    writeFileSync(file, `export * from '${kept}';\nexport const noteDispatch = () => undefined;\n`);
    return copy;
  });
  return builtWithoutRecord;
}
