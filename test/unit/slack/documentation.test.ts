import { readFileSync } from 'node:fs';

import { expect, it } from 'vitest';

import { DEFAULT_POLICY } from '../../../src/slack/policy.js';

const PAGE = readFileSync(new URL('../../../docs/sockets.md', import.meta.url), 'utf8');

it('The page about sockets documents every number of the policy as it is', () => {
  const documented = new Map(
    [...PAGE.matchAll(/^\| `([\w.]+)` +\| ([^|]+?) +\|/gm)].map(([, name, value]) => [name, value]),
  );
  for (const [name, value] of numbers(DEFAULT_POLICY)) expect(documented.get(name), name).toBe(value);
});

function numbers(record: object, path = ''): [string, string][] {
  return Object.entries(record).flatMap(([key, value]: [string, unknown]): [string, string][] => {
    const name = path + key;
    if (typeof value !== 'object' || value === null) return [[name, String(value)]];
    if ('firstMs' in value && 'maxMs' in value && 'factor' in value)
      return [[name, `${String(value.firstMs)} to ${String(value.maxMs)}, times ${String(value.factor)}`]];
    return numbers(value, `${name}.`);
  });
}
