import { parseArgs } from 'node:util';
import { errorMessage } from '../../src/core/errors.js';
import type { FaultSeries } from './report.js';

// `npm run faults` runs all series with their full number of seeds; `-- <series> ...` some, `--seeds <n>` and
// `--first <seed>` other ones. Exit code 1 if anything did not hold, 2 if the words are wrong.
const SERIES: Readonly<Record<string, { readonly seeds: number; load(): Promise<{ run: FaultSeries }> }>> = {
  crash: { seeds: 200, load: () => import('./crash.js') },
  disk: { seeds: 20, load: () => import('./disk.js') },
  sockets: { seeds: 300, load: () => import('./sockets.js') },
  'sockets-through-proxy': {
    seeds: 300,
    load: async () => ({ run: (await import('./sockets.js')).runThroughProxy }),
  },
};

const { names, count, first } = askedFor(process.argv.slice(2));
// What a shell exports for the program must not get its server's workflows killed: whoever means it names the series.
if (names.length === 0) delete process.env['AUTOKITTEH_URL'];
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

/** A word that is mistyped must not start every series at full length. */
function askedFor(args: string[]): { names: string[]; count: number | undefined; first: number } {
  try {
    const options = { seeds: { type: 'string' }, first: { type: 'string', default: '1' } } as const;
    const { values, positionals } = parseArgs({ args, options, allowPositionals: true });
    const unknown = positionals.filter((name) => !Object.keys(SERIES).includes(name));
    if (unknown.length > 0) throw new Error(`no series named ${unknown.join(', ')}`);
    const count = values.seeds === undefined ? undefined : wholeNumber('--seeds', values.seeds);
    return { names: positionals, count, first: wholeNumber('--first', values.first) };
  } catch (error) {
    const names = Object.keys(SERIES).join(' | ');
    console.error(
      `${errorMessage(error)}\nUsage: npm run faults -- [${names}] ... [--seeds <n>] [--first <seed>]`,
    );
    process.exit(2);
  }
}

function wholeNumber(flag: string, text: string): number {
  if (!/^[1-9]\d{0,8}$/.test(text)) throw new Error(`${flag} must be a whole number above 0`);
  return Number(text);
}
