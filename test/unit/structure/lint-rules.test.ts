import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';

const ROOT = join(import.meta.dirname, '../../..');
const folder = mkdtempSync(join(tmpdir(), 'lint-'));

afterAll(() => {
  rmSync(folder, { recursive: true });
});

/** What oxlint reports with nothing but `rule` on, for a project of these files: `path: message`, sorted. */
function report(rule: string, files: Record<string, string>): string[] {
  const project = mkdtempSync(join(folder, 'project-'));
  const config = {
    jsPlugins: [join(ROOT, 'lint-rules.js')],
    categories: { correctness: 'off' },
    rules: { [`project/${rule}`]: 'error' },
  };
  for (const [path, text] of Object.entries({ ...files, '.oxlintrc.json': JSON.stringify(config) })) {
    mkdirSync(dirname(join(project, path)), { recursive: true });
    writeFileSync(join(project, path), text);
  }
  const oxlint = spawnSync(
    process.execPath,
    [join(ROOT, 'node_modules/oxlint/bin/oxlint'), '--format', 'json'],
    {
      cwd: project,
      encoding: 'utf8',
    },
  );
  if (!oxlint.stdout.startsWith('{')) throw new Error(oxlint.stdout + oxlint.stderr);
  const { diagnostics } = JSON.parse(oxlint.stdout) as {
    diagnostics: { filename: string; message: string }[];
  };
  return diagnostics.map(({ filename, message }) => `${filename}: ${message}`).sort();
}

describe("The project's own lint rules", () => {
  it('The rules refuse an import against the direction of folders.js, whatever its depth and form', () => {
    const refused = 'src/storage may import only: core (folders.js).';
    const found = report('import-direction', {
      'src/storage/sqlite/a.ts': "import type { A } from '../../slack/a.js';",
      'src/storage/b.ts': "export { a } from '../delivery/a.js';",
      'src/storage/c.ts': "export * from '../app/a.js';",
      'src/storage/d.ts': "await import('../main.js');",
      'src/storage/e.ts': "import '../core/a.js'; import './b.js'; import './sqlite/a.js'; import 'pino';",
      'test/a.ts': "import '../src/sim/a.js';",
    });
    expect(found).toEqual([
      `src/storage/b.ts: ${refused}`,
      `src/storage/c.ts: ${refused}`,
      `src/storage/d.ts: ${refused}`,
      `src/storage/sqlite/a.ts: ${refused}`,
    ]);
  });

  it('The rules let only the demo and `ak-slack dev` import the stand-ins', () => {
    const found = report('import-direction', {
      'src/app/a.ts': "import '../sim/a.js';",
      'src/main.ts': "import './sim/a.js';",
      'src/demo/a.ts': "import '../sim/a.js';",
      'src/dev/a.ts': "import '../sim/a.js';",
      'src/sim/a.ts': "import './b.js';",
    });
    expect(found).toEqual([
      'src/app/a.ts: src/sim is for tests, the demo and `ak-slack dev` only.',
      'src/main.ts: src/sim is for tests, the demo and `ak-slack dev` only.',
    ]);
  });

  it('The rules refuse a test title that is a fragment, also in a table of tests', () => {
    const refused = 'The title of a test is a whole sentence, and begins with a capital letter.';
    const found = report('whole-sentence-title', {
      'a.test.ts': "it('is refused', run);",
      'b.test.ts': "test('Refused', run);",
      'c.test.ts': "it.each([1])('of %s', run);",
      'd.test.ts': "it('The socket is closed', run); it.each([1])('The socket %s is closed', run);",
    });
    expect(found).toEqual([`a.test.ts: ${refused}`, `b.test.ts: ${refused}`, `c.test.ts: ${refused}`]);
  });

  it('The rules refuse a title of a group of tests that does not name the thing under test', () => {
    const refused = 'The title of a group of tests names the thing under test.';
    const found = report('whole-sentence-title', {
      'a.test.ts': "describe('after a crash', run);",
      'b.test.ts': "describe.each([1])('What %s refuses', run);",
      'c.test.ts': "describe('Recovery after a crash', run); describe('offsetOf', run);",
    });
    expect(found).toEqual([`a.test.ts: ${refused}`, `b.test.ts: ${refused}`]);
  });

  it('The rules refuse a member after a spread, but not one before it', () => {
    const found = report('spread-last', {
      'a.ts': 'use({ ...row, id: 1 });',
      'b.ts': 'use({ id: 1, ...row, ...others });',
    });
    expect(found).toEqual([
      'a.ts: Here the spread comes last: docs/architecture.md, "Avoiding promotion on the hot path".',
    ]);
  });

  it('The rules refuse a class of which the compiler would take another object for an instance', () => {
    const found = report('private-member', {
      'a.ts': 'export class A { a = 1; }',
      'b.ts': 'export class B { #b = 1; }',
      'c.ts': 'export class C { private c() {} }',
      'd.ts': 'export class D { constructor(private readonly d: number) {} }',
      'e.ts': 'export class E extends Error {}',
    });
    expect(found).toEqual([
      'a.ts: A class has a private member, or is not needed: an object or functions will do.',
    ]);
  });
});

it('Every file that .oxlintrc.json names exists', () => {
  const { overrides } = JSON.parse(readFileSync(join(ROOT, '.oxlintrc.json'), 'utf8')) as {
    overrides: { files: string[] }[];
  };
  const named = overrides.flatMap(({ files }) => files).filter((path) => !path.includes('*'));
  expect(named).not.toEqual([]);
  expect(named.filter((path) => !existsSync(join(ROOT, path)))).toEqual([]);
});
