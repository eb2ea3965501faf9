import { cpus, totalmem } from 'node:os';
import { Unprepared, type Bench, type Row } from './bench.js';

// `npm run bench` runs all of them, `npm run bench -- <name> ...` some. Exit code 1 where a stated limit is not kept, 2 where
// one that was named cannot run. A number makes those smaller that have a choice: `npm run bench -- look 1000`.

/** Each is in the file of its name. */
const NAMES: readonly string[] = [
  'backlog',
  'built-in',
  'rate',
  'burst',
  'order',
  'delivery',
  'gateway',
  'configure',
  'linear',
  'look',
  'program-idle',
  'replicas',
  'sockets-idle',
  'sockets-refresh',
  'sockets-silence',
];

async function main(words: readonly string[]): Promise<void> {
  const wanted = words.filter((word) => !/^\d+$/.test(word));
  const size = words
    .filter((word) => !wanted.includes(word))
    .map(Number)
    .at(0);
  const unknown = wanted.filter((name) => !NAMES.includes(name));
  if (unknown.length > 0) {
    console.error(`no benchmark named ${unknown.join(', ')}; there are: ${NAMES.join(', ')}`);
    process.exitCode = 2;
    return;
  }
  let code = 0;
  let printed = false;
  for (const name of NAMES) {
    if (wanted.length > 0 && !wanted.includes(name)) continue;
    const { bench } = (await import(`./${name}.js`)) as { bench: Bench };
    const rows = await rowsOf(bench, size);
    if (rows === undefined) {
      if (wanted.length > 0) code = 2;
      continue;
    }
    if (!printed) printMachine();
    printed = true;
    print(bench.name, rows);
    if (code === 0 && rows.some(({ ok }) => ok === false)) code = 1;
  }
  process.exitCode = code;
}

/** Undefined where the benchmark cannot run; then why is printed. */
async function rowsOf(bench: Bench, size: number | undefined): Promise<readonly Row[] | undefined> {
  try {
    // A run that is ended early has told what it had measured.
    return await bench.run(size, (rows) => rows.forEach(sayRow));
  } catch (error) {
    if (!(error instanceof Unprepared)) throw error;
    console.error(`The benchmark ${bench.name} was not run: ${error.message}\n`);
    return undefined;
  }
}

function sayRow({ figure, value, peer, ok }: Row): void {
  console.error([figure, value, peer, verdict(ok)].filter((text) => text !== '').join('; '));
}

function printMachine(): void {
  const cpu = cpus();
  const memory = (totalmem() / 2 ** 30).toFixed(0);
  console.log(
    `Node ${process.version}, ${cpu.length} cores (${cpu[0]?.model ?? 'unknown'}), ${memory} GiB\n`,
  );
}

function print(name: string, rows: readonly Row[]): void {
  console.log(
    `## ${name}\n\n| figure | value | peer, same run | ratio | must be | |\n|---|---|---|---|---|---|`,
  );
  for (const { figure, value, peer, ratio, limit, ok } of rows) {
    console.log(
      `| ${figure} | ${value} | ${peer} | ${ratio?.toFixed(2) ?? ''} | ${limit ?? ''} | ${verdict(ok)} |`,
    );
  }
  console.log('');
}

function verdict(ok: boolean | undefined): string {
  if (ok === undefined) return '';
  return ok ? 'kept' : 'NOT KEPT';
}

await main(process.argv.slice(2));
