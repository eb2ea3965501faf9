import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { IDENTITY_VARIABLES } from '../../../src/setup/slack-identity.js';

const ROOT = join(import.meta.dirname, '../../..');

// The peers that tests play, and what a demo stores for them, are not the program.
const NOT_THE_PROGRAM = /^(sim|demo|gen)\//;

function sources(): string[] {
  return readdirSync(join(ROOT, 'src'), { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.ts') && !NOT_THE_PROGRAM.test(path.replaceAll('\\', '/')))
    .map((path) => readFileSync(join(ROOT, 'src', path), 'utf8'));
}

/** Names of variables that the program reads or writes, from its source. */
function variablesOfTheProgram(texts: readonly string[]): Set<string> {
  const all = texts.join('\n');
  const constants = new Map(
    [...all.matchAll(/^(?:export )?const ([A-Z_]+) = '([a-z_]+)';$/gm)].map(([, name, value]) => [
      name,
      value,
    ]),
  );
  const names = new Set<string>(IDENTITY_VARIABLES);
  for (const [, own] of all.matchAll(/'(socket_mode_[a-z_]+)'/g)) names.add(own ?? '');
  // A setting of an app's manifest.
  names.delete('socket_mode_enabled');
  for (const [, literal, constant] of all.matchAll(
    /[vV]ariables\??\.(?:get|has)\(\s*(?:'([^']+)'|([A-Z_]+))\s*\)/g,
  )) {
    const name = literal ?? constants.get(constant);
    expect(name, `the variable ${constant}`).toBeDefined();
    names.add(name ?? '');
  }
  return names;
}

it('The page docs/security.md lists every variable of a connection with what it can change, and no other', () => {
  const page = readFileSync(join(ROOT, 'docs/security.md'), 'utf8');
  const section = page.split(/^## /m).find((part) => part.startsWith('Variables of a connection'));
  const rows = (section ?? '').split('\n').flatMap((line) => {
    const [, name, can, cannot] = line.split('|').map((cell) => cell.trim());
    return name?.startsWith('`') === true ? [{ name: name.slice(1, -1), can, cannot }] : [];
  });
  const program = variablesOfTheProgram(sources());
  expect([...rows.map(({ name }) => name)].sort()).toEqual([...program].sort());
  for (const { can, cannot } of rows) expect([can, cannot].every((cell) => cell !== '')).toBe(true);
});
