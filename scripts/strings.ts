// Prints every text of the program that somebody may read, with file and line: `npm run strings -- [folder...]`.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { visibleStrings } from './visible-strings.js';

const ROOT = join(import.meta.dirname, '..');

// Code that is generated, names of fields of Slack's, and what plays other programs.
const LEFT_OUT =
  /^src\/(?:gen|sim)\/|^src\/functions\/methods-table\.ts$|^src\/events\/(?:built-in-shapes|struct-mapping|writable-message)\.ts$/;

const wanted = process.argv.slice(2).map((folder) => folder.replace(/\/$/, ''));
const paths = readdirSync(join(ROOT, 'src'), { recursive: true, encoding: 'utf8' })
  .map((path) => `src/${path.replaceAll('\\', '/')}`)
  .filter((path) => /\.[jt]s$/.test(path) && !LEFT_OUT.test(path))
  .filter(
    (path) =>
      wanted.length === 0 || wanted.some((folder) => path === folder || path.startsWith(`${folder}/`)),
  )
  .sort();

for (const path of paths) {
  for (const { line, text } of visibleStrings(path, readFileSync(join(ROOT, path), 'utf8'))) {
    process.stdout.write(`${path}:${line}: ${text}\n`);
  }
}
