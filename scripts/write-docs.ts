// Writes what the documentation has from the code: `npm run docs`.
import { readFile, writeFile } from 'node:fs/promises';
import { withSettingsTable } from './settings-table.js';

const README = new URL('../README.md', import.meta.url);

await writeFile(README, await withSettingsTable(await readFile(README, 'utf8')));
