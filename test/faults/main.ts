import type { FaultSeries } from './report.js';

// `npm run faults` runs all series with their full number of seeds; `-- <series> ...` some, `--seeds <n>` and
// `--first <seed>` other ones. Exit code 1 if anything did not hold.
const SERIES: Readonly<Record<string, { readonly seeds: number; load(): Promise<{ run: FaultSeries }> }>> = {
  crash: { seeds: 200, load: () => import('./crash.js') },
  disk: { seeds: 20, load: () => import('./disk.js') },
  sockets: { seeds: 300, load: () => import('./sockets.js') },
};

const words = process.argv.slice(2);
const count = numberAfter('--seeds');
const first = numberAfter('--first') ?? 1;
const names = words.filter((word) => word in SERIES);
let held = true;
for (const [name, series] of Object.entries(SERIES)) {
  if (names.length > 0 && !names.includes(name)) continue;
  const seeds = Array.from({ length: count ?? series.seeds }, (_, index) => first + index);
  const { run } = await series.load();
  const { lines, ok } = await run(seeds);
  console.log(`## ${name}: ${seeds.length} runs, seeds ${first} to ${seeds.at(-1) ?? first}\n`);
  for (const line of lines) console.log(line);
  console.log(ok ? '\nheld\n' : '\nDID NOT HOLD\n');
  held &&= ok;
}
process.exitCode = held ? 0 : 1;

function numberAfter(flag: string): number | undefined {
  const at = words.indexOf(flag);
  return at === -1 ? undefined : Number(words[at + 1]);
}
