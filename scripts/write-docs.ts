// Writes what the documentation has from the code: `npm run docs`.
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { authorFiles } from './author-files.js';
import { withSampleList } from './author-samples.js';
import { withCommandReference } from './command-reference.js';
import { withMetricsTable } from './metrics-table.js';
import { withSettingsTable } from './settings-table.js';

const README = new URL('../README.md', import.meta.url);
const METRICS = new URL('../docs/metrics.md', import.meta.url);
const CLI = new URL('../docs/cli.md', import.meta.url);
const AUTHORS = new URL('../docs/authors/', import.meta.url);
const EVENTS = new URL('events.md', AUTHORS);

await writeFile(README, await withSettingsTable(await readFile(README, 'utf8')));
await writeFile(METRICS, await withMetricsTable(await readFile(METRICS, 'utf8')));
await writeFile(CLI, await withCommandReference(await readFile(CLI, 'utf8')));
await writeFile(EVENTS, await withSampleList(await readFile(EVENTS, 'utf8')));
// A sample whose frame is gone must go, too.
await rm(new URL('events/', AUTHORS), { recursive: true, force: true });
await mkdir(new URL('events/', AUTHORS), { recursive: true });
for (const [file, text] of await authorFiles()) await writeFile(new URL(file, AUTHORS), text);
