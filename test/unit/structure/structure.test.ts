import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { FOLDERS } from '../../../folders.js';
import { cycles, doubleNames, refusedImports, unusedEntries, type Folders } from './guards.js';
import { parseTree, readTexts, type SourceTree } from './source-tree.js';

/** A tree of made-up files, in the folders of `folders`. */
function made(files: Record<string, string>): SourceTree {
  return parseTree(new Map(Object.entries(files)));
}

const folders: Folders = {
  low: { imports: [], surface: ['port.ts'] },
  high: { imports: ['low'], surface: [] },
};
const low = { 'src/low/port.ts': 'export interface Port {}', 'src/low/inner.ts': 'export const inner = 1;' };

describe('The guards of the structure', () => {
  it('The guards find a cycle of three files that import only types of each other', () => {
    const tree = made({
      'src/a.ts': "import type { B } from './b.js';",
      'src/b.ts': "export type { C } from './c.js'; export type B = 1;",
      'src/c.ts': "export type C = import('./a.js').A;",
      'src/d.ts': "import './a.js';",
    });
    expect(cycles(tree)).toEqual(['src/a.ts > src/b.ts > src/c.ts > src/a.ts']);
  });

  it('The guards find each of two cycles that share a file, and none where two files import a third', () => {
    const shared = { 'src/b.ts': "import './a.js';", 'src/c.ts': "import './a.js';" };
    expect(cycles(made({ 'src/a.ts': "import './b.js'; import './c.js';", ...shared }))).toHaveLength(2);
    expect(cycles(made({ 'src/a.ts': '', ...shared }))).toEqual([]);
  });

  it('The guards refuse an import against the direction, and one of a file that its folder does not offer', () => {
    const tree = made({
      ...low,
      'src/low/wrong.ts': "import type { High } from '../high/high.js';",
      'src/high/high.ts': "import '../low/port.js'; import('../low/inner.js'); export interface High {}",
      'src/main.ts': "import './low/inner.js';",
      'src/low/wronger.ts': "import '../main.js';",
    });
    expect(refusedImports(tree, folders)).toEqual([
      'src/low/wrong.ts imports src/high/high.ts: low may not import high',
      'src/high/high.ts imports src/low/inner.ts: it is not in the surface of low',
      'src/main.ts imports src/low/inner.ts: it is not in the surface of low',
      'src/low/wronger.ts imports src/main.ts: no folder may import what composes the program',
    ]);
  });

  it('The guards find a permission and a file of a surface that nothing uses', () => {
    expect(unusedEntries(made({ ...low, 'src/high/high.ts': '' }), folders)).toEqual([
      'no other folder imports low/port.ts',
      'high does not import low',
    ]);
    const used = made({ ...low, 'src/high/high.ts': "import '../low/port.js';" });
    expect(unusedEntries(used, folders)).toEqual([]);
  });

  it('The guards find a name that two files define, whatever it names, but not one that is passed on', () => {
    const tree = made({
      'src/a.ts': 'export interface One {} export const { two, three: [four] } = five;',
      'src/b.ts': 'export class One {} const two = 2; export { two };',
      'src/c.ts': "export { four } from './a.js'; import { two } from './b.js'; export { two };",
      'src/d.ts':
        'export function four(): void; export function four(): void {} const text = `\nexport const two`;',
    });
    expect(doubleNames(tree)).toEqual([
      'One: src/a.ts, src/b.ts',
      'two: src/a.ts, src/b.ts',
      'four: src/a.ts, src/d.ts',
    ]);
  });

  it('The guards report an import of a file that does not exist', () => {
    expect(() => made({ 'src/a.ts': "import './gone.js';" })).toThrow('src/a.ts imports ./gone.js');
  });
});

describe('The files under src', () => {
  const tree = parseTree(readTexts('src'));

  it('The files under src import each other in no cycle, types included', () => {
    expect(cycles(tree)).toEqual([]);
  });

  it('The files under src import from other folders only what folders.js permits', () => {
    expect(refusedImports(tree, FOLDERS)).toEqual([]);
  });

  it('The files under src use every permission and every file of a surface in folders.js', () => {
    expect(unusedEntries(tree, FOLDERS)).toEqual([]);
  });

  // The stand-ins of Slack and of AutoKitteh speak of the same things as the program, from the other side.
  it.each([
    ['the program', /^src\/(?!gen\/|sim\/)/],
    ['the scripted Slack', /^src\/sim\/slack\//],
    ['the stand-in for AutoKitteh', /^src\/sim\/autokitteh\//],
  ])('Each exported name is defined once within %s', (_, part) => {
    const files = new Map([...tree].filter(([file]) => part.test(file)));
    expect(files.size).toBeGreaterThan(20);
    expect(doubleNames(files)).toEqual([]);
  });
});

describe('The table of folders in docs/architecture.md', () => {
  it('The table of folders in docs/architecture.md says of each folder what folders.js says', () => {
    const text = readFileSync(join(import.meta.dirname, '../../../docs/architecture.md'), 'utf8');
    const rows = [...text.matchAll(/^\| `(\w+)`\s*\|.*\| (.*?)\s*\|$/gm)].map(([, folder, imports = '']) => [
      folder,
      imports === 'nothing of ours' ? [] : imports.split(', ').map((name) => name.replaceAll('`', '')),
    ]);
    const table = Object.entries(FOLDERS).map(([folder, { imports }]) => [folder, imports]);
    expect(Object.fromEntries(rows)).toEqual(Object.fromEntries(table));
  });
});
