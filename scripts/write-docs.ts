// Writes what the documentation has from the code: `npm run docs`.
import { readFile, writeFile } from 'node:fs/promises';
import { withCommandReference } from './command-reference.js';
import { withMetricsTable } from './metrics-table.js';
import { withSettingsTable } from './settings-table.js';

const README = new URL('../README.md', import.meta.url);
const METRICS = new URL('../docs/metrics.md', import.meta.url);
const CLI = new URL('../docs/cli.md', import.meta.url);

await writeFile(README, await withSettingsTable(await readFile(README, 'utf8')));
await writeFile(METRICS, await withMetricsTable(await readFile(METRICS, 'utf8')));
await writeFile(CLI, await withCommandReference(await readFile(CLI, 'utf8')));
