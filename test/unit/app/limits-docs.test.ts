import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { PORT_LIMITS } from '../../../src/http/limits.js';

const ROOT = join(import.meta.dirname, '../../..');

/** As the page writes it: `30 s`, `16 KiB`, or the number alone. */
function written(name: string, value: number): string {
  if (name.endsWith('Ms')) return `${value / 1_000} s`;
  if (!name.endsWith('Bytes')) return String(value);
  return value % 1024 ** 2 === 0 ? `${value / 1024 ** 2} MiB` : `${value / 1024} KiB`;
}

it('The page docs/security.md lists every limit of the ports with its number, and no other', () => {
  const page = readFileSync(join(ROOT, 'docs/security.md'), 'utf8');
  const section = page.split(/^## /m).find((part) => part.startsWith('Ports and limits')) ?? '';
  const rows = [...section.matchAll(/^\| (.+?) +\| (.+?) +\| `(\w+)` +\|$/gm)];
  expect(rows.map(([, , value, name]) => [name, value])).toEqual(
    Object.entries(PORT_LIMITS).map(([name, value]) => [name, written(name, value)]),
  );
});

it('Every limit of the ports is one that the program uses', () => {
  const sources = readdirSync(join(ROOT, 'src'), { recursive: true, encoding: 'utf8' })
    .map((path) => path.replaceAll('\\', '/'))
    .filter((path) => path.endsWith('.ts') && path !== 'http/limits.ts')
    .map((path) => readFileSync(join(ROOT, 'src', path), 'utf8'))
    .filter((text) => text.includes('PORT_LIMITS'))
    .join('\n');
  const unused = Object.keys(PORT_LIMITS).filter((name) => !new RegExp(`\\b${name}\\b`).test(sources));
  expect(unused).toEqual([]);
});
