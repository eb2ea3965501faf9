import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

const ROOT = join(import.meta.dirname, '../..');
const MIGRATIONS = 'src/storage/postgres/migrations';
const run = promisify(execFile);

/** An earlier release of the program, ready to be started. */
export interface ReleaseBefore {
  readonly main: string;
  /** Which one it is, for people. */
  readonly what: string;
  remove(): Promise<void>;
}

/**
 * The release in the folder that `RELEASE_BEFORE` names, a built checkout or an installed package; else, from the history of
 * this repository, the last state before the newest migration of the schema, compiled with the packages of this one.
 */
export async function releaseBefore(): Promise<ReleaseBefore> {
  const folder = process.env['RELEASE_BEFORE'];
  if (folder === undefined) return compileFromHistory();
  const main = join(folder, 'dist/main.js');
  if (!existsSync(main))
    throw new Error(`RELEASE_BEFORE names ${folder}, which has no dist/main.js: build it first`);
  return { main, what: folder, remove: () => Promise.resolve() };
}

async function compileFromHistory(): Promise<ReleaseBefore> {
  const commit = await commitBefore();
  // Inside the project, so that packages are found from there.
  const folder = join(ROOT, `node_modules/.cache/release-before-${process.pid}`);
  const remove = (): Promise<void> => rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  try {
    await run(
      'sh',
      [
        '-c',
        'git archive "$0" src integration.yaml package.json tsconfig.json | tar -x -C "$1"',
        commit,
        folder,
      ],
      {
        cwd: ROOT,
      },
    );
    const config = {
      extends: './tsconfig.json',
      compilerOptions: { noEmit: false, noCheck: true, outDir: '.', rootDir: '.' },
      // By name: below node_modules what is only imported is not compiled.
      include: ['src/**/*.ts'],
    };
    await writeFile(join(folder, 'tsconfig.release.json'), JSON.stringify(config));
    const tsc = join(ROOT, 'node_modules/typescript/bin/tsc');
    await run(process.execPath, [tsc, '-p', join(folder, 'tsconfig.release.json')]);
  } catch (error) {
    await remove();
    throw error;
  }
  return { main: join(folder, 'src/main.js'), what: `commit ${commit.slice(0, 12)}`, remove };
}

/** The parent of the commit that added the newest migration. */
async function commitBefore(): Promise<string> {
  const words = ['log', '-1', '--diff-filter=A', '--format=%P', '--', MIGRATIONS];
  const { stdout } = await run('git', words, { cwd: ROOT }).catch(() => ({ stdout: '' }));
  const [commit = ''] = stdout.trim().split(' ');
  if (commit === '')
    throw new Error(
      'there is no history of this repository to take the release before from: set RELEASE_BEFORE to the folder of a built one',
    );
  return commit;
}
