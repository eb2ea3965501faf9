import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';

const ROOT = join(import.meta.dirname, '../../..');
const TEXT = readFileSync(join(ROOT, 'docs/architecture.md'), 'utf8');
const SECTION = /^### The four paths, file by file$([^]*?)^## /m.exec(TEXT)?.[1] ?? '';
const AT_THE_TOP = /Only (.*?) are files of `src\/` itself/s.exec(SECTION)?.[1] ?? '';

/** Files of `src/`, as one path of the section names them. */
function filesOf(path: string): string[] {
  let folder = '';
  return path
    .replace(/\(.*?\)/g, '')
    .split(/[▸║\n]/)
    .map((step) => step.trim())
    .filter((step) => step !== '')
    .map((step) => {
      if (AT_THE_TOP.includes(`\`${step}\``)) folder = '';
      else if (step.includes('/')) folder = dirname(step);
      return join('src', folder, `${step.split('/').at(-1)}.ts`);
    });
}

const PATHS = [...SECTION.matchAll(/^```\n([^]*?)^```/gm)].map(([, path = '']) => filesOf(path));

describe('The paths in docs/architecture.md', () => {
  it('Each path in docs/architecture.md names files that exist', () => {
    expect(PATHS).toHaveLength(5);
    expect(PATHS.flat().filter((path) => !existsSync(join(ROOT, path)))).toEqual([]);
  });

  it('The table of docs/architecture.md counts the steps of each path', () => {
    const row = /^\| steps .*$/m.exec(SECTION)?.[0] ?? '';
    expect([...row.matchAll(/\d+/g)].map(Number)).toEqual(PATHS.map((path) => path.length));
  });
});
