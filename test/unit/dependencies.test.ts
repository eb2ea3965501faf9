import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

const ROOT = join(import.meta.dirname, '../..');
const documented = readFileSync(join(ROOT, 'docs/dependencies.md'), 'utf8');
const manifest = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as Record<
  'dependencies' | 'devDependencies',
  Record<string, string>
>;

describe.each(['dependencies', 'devDependencies'] as const)('docs/dependencies.md about %s', (kind) => {
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
  expect(pins.filter((pin) => !/^\d+\.\d+\.\d+$/.test(pin))).toEqual([]);
});
