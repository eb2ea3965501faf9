import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { withSettingsTable } from '../../scripts/settings-table.js';

const ROOT = join(import.meta.dirname, '../..');
const readme = readFileSync(join(ROOT, 'README.md'), 'utf8');

describe('the README', () => {
  it('The README has a table of exactly the settings that exist, as `npm run docs` writes it', async () => {
    expect(readme).toContain('| `AUTOKITTEH_URL`');
    expect(await withSettingsTable(readme)).toBe(readme);
  });

  it('A table of settings that differs from the program is noticed', async () => {
    const changed = readme.replace('the AutoKitteh server  ', 'some other server     ');
    expect(changed).not.toBe(readme);
    expect(await withSettingsTable(changed)).toBe(readme);
  });

  it.each(['README.md', 'docs/architecture.md'])('The page %s links to files that exist', (file) => {
    const text = readFileSync(join(ROOT, file), 'utf8');
    const links = [...text.matchAll(/\]\((?!https?:)([^)#]+)/g)].map(([, link = '']) =>
      join(ROOT, dirname(file), link),
    );
    expect(links.length).toBeGreaterThan(0);
    expect(links.filter((link) => !existsSync(link))).toEqual([]);
  });

  it('The README names only commands of package.json', () => {
    const { scripts } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as {
      scripts: Record<string, string>;
    };
    const named = [...readme.matchAll(/npm run ([\w:]+)/g)].map(([, name = '']) => name);
    expect(named.filter((name) => !(name in scripts))).toEqual([]);
  });
});
