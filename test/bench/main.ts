import { cpus, totalmem } from 'node:os';
import type { Bench, Row } from './bench.js';

// `npm run bench` runs all of them, `npm run bench -- <name> ...` some. Exit code 1 where a stated limit is not kept.
const FILES: readonly string[] = [
  'backlog',
  'rate',
  'burst',
  'order',
  'delivery',
  'gateway',
  'configure',
  'linear',
  'program-idle',
  'sockets-idle',
  'sockets-refresh',
  'sockets-silence',
];

async function main(wanted: readonly string[]): Promise<void> {
  const loaded = await Promise.all(FILES.map((file) => import(`./${file}.js`) as Promise<{ bench: Bench }>));
  const benches = loaded.map(({ bench }) => bench);
  const unknown = wanted.filter((name) => !benches.some((bench) => bench.name === name));
  if (unknown.length > 0) {
    console.error(
      `no benchmark named ${unknown.join(', ')}; there are: ${benches.map(({ name }) => name).join(', ')}`,
    );
    process.exitCode = 2;
    return;
  }
  const cpu = cpus();
  const memory = (totalmem() / 2 ** 30).toFixed(0);
  console.log(
    `Node ${process.version}, ${cpu.length} cores (${cpu[0]?.model ?? 'unknown'}), ${memory} GiB\n`,
  );
  let kept = true;
  for (const bench of benches) {
    if (wanted.length > 0 && !wanted.includes(bench.name)) continue;
    const rows = await bench.run();
    print(bench.name, rows);
    kept &&= rows.every(({ ok }) => ok !== false);
  }
  process.exitCode = kept ? 0 : 1;
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
