import { existsSync, readdirSync, readFileSync } from 'node:fs';
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

describe('the pages about the installation and for authors', () => {
  const authors = readdirSync(join(ROOT, 'docs/authors')).filter((file) => file.endsWith('.md'));
  const pages = [
    ...['README.md', 'CONTRIBUTING.md', 'SECURITY.md', 'docs/operate.md'],
    ...authors.map((file) => `docs/authors/${file}`),
  ];
  const texts = new Map(pages.map((page) => [page, readFileSync(join(ROOT, page), 'utf8')]));

  it('The pages name the file of the package, and never a package of a registry', () => {
    const { name, version } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as Record<
      string,
      string
    >;
    for (const [page, text] of texts) {
      expect([page, text.match(/npx (?:--\S+ )*(?:ak-slack|autokitteh-slack\S*)/g)]).toEqual([page, null]);
      const files = [...text.matchAll(/autokitteh-slack-socket-mode-\d\S*?\.tgz/g)].map(([file]) => file);
      expect(new Set(files)).toEqual(new Set(files.length === 0 ? [] : [`${name}-${version}.tgz`]));
    }
    expect(texts.get('docs/operate.md')).toContain(`${name}-${version}.tgz`);
  });

  it('The pages link to files and headings that exist, and name only commands of package.json', () => {
    const { scripts } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as {
      scripts: Record<string, string>;
    };
    for (const [page, text] of texts) {
      const links = [...text.matchAll(/\]\((?!https?:)([^)#]*)(?:#([^)]+))?\)/g)];
      const broken = links.filter(([, file = '', heading]) => {
        const path = file === '' ? join(ROOT, page) : join(ROOT, dirname(page), file);
        return !existsSync(path) || (heading !== undefined && !headings(path).includes(heading));
      });
      expect(broken.map(([link]) => `${page}: ${link}`)).toEqual([]);
      const named = [...text.matchAll(/npm run ([\w:]+)/g)].map(([, name = '']) => name);
      expect(named.filter((name) => !(name in scripts))).toEqual([]);
    }
  });
});

/** The headings of a page, as they stand in links. */
function headings(path: string): string[] {
  const found = readFileSync(path, 'utf8').matchAll(/^#+ (.+)$/gm);
  return [...found].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replaceAll(' ', '-')
      .replace(/[^\w-]/g, ''),
  );
}
