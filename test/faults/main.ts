import { parseArgs } from 'node:util';
import { errorMessage } from '../../src/core/errors.js';
import type { FaultOptions, FaultSeries } from './report.js';

// `npm run faults` runs all series with their full number of seeds; `-- <series> ...` some, `--seeds <n>` and
// `--first <seed>` other seeds, `--seed <seed>` one; `--requests <n>` is for `strangers`. Exit code 1 if anything did not
// hold, 2 if the words are wrong.
const SERIES: Readonly<Record<string, { readonly seeds: number; load(): Promise<{ run: FaultSeries }> }>> = {
  // One run is one replacement of all replicas; the others are one set of replicas each.
  replicas: { seeds: 200, load: () => import('./replicas.js') },
  pause: { seeds: 200, load: async () => ({ run: (await import('./replicas.js')).runPauses }) },
  // Takes the fence away, and is worth something only if it does not hold: most seeds have nothing under way in the pause.
  unfenced: { seeds: 50, load: async () => ({ run: (await import('./replicas.js')).runUnfenced }) },
  database: { seeds: 100, load: () => import('./database.js') },
  rolling: { seeds: 20, load: () => import('./rolling.js') },
  upgrade: { seeds: 10, load: () => import('./upgrade.js') },
  crash: { seeds: 200, load: () => import('./crash.js') },
  disk: { seeds: 20, load: () => import('./disk.js') },
  server: { seeds: 25, load: () => import('./server.js') },
  sockets: { seeds: 300, load: () => import('./sockets.js') },
  'sockets-through-proxy': {
    seeds: 300,
    load: async () => ({ run: (await import('./sockets.js')).runThroughProxy }),
  },
  strangers: { seeds: 1, load: () => import('./strangers.js') },
};

const { names, count, first, options } = askedFor(process.argv.slice(2));
// What a shell exports for the program must not get its server's workflows killed: whoever means it names the series.
if (names.length === 0) delete process.env['AUTOKITTEH_URL'];
let held = true;
for (const [name, series] of Object.entries(SERIES)) {
  if (names.length > 0 && !names.includes(name)) continue;
  const seeds = Array.from({ length: count ?? series.seeds }, (_, index) => first + index);
  const { run } = await series.load();
  const { lines, ok, isLate = false } = await run(seeds, options);
  console.log(`## ${name}: ${seeds.length} runs, seeds ${first} to ${seeds.at(-1) ?? first}\n`);
  for (const line of lines) console.log(line);
  console.log(ok && !isLate ? '\nheld\n' : '\nDID NOT HOLD\n');
  held &&= ok && !isLate;
}
process.exitCode = held ? 0 : 1;

interface Asked {
  readonly names: readonly string[];
  readonly count: number | undefined;
  readonly first: number;
  readonly options: FaultOptions;
}

/** A word that is mistyped must not start every series at full length. */
function askedFor(args: string[]): Asked {
  try {
    const flag = { type: 'string' } as const;
    const flags = { seeds: flag, first: flag, seed: flag, requests: flag };
    const { values, positionals } = parseArgs({ args, options: flags, allowPositionals: true });
    const unknown = positionals.filter((name) => !Object.keys(SERIES).includes(name));
    if (unknown.length > 0) throw new Error(`no series named ${unknown.join(', ')}`);
    const number = (name: keyof typeof values): number | undefined =>
      values[name] === undefined ? undefined : wholeNumber(`--${name}`, values[name]);
    const [seed, requests] = [number('seed'), number('requests')];
    return {
      names: positionals,
      count: seed === undefined ? number('seeds') : 1,
      first: seed ?? number('first') ?? 1,
      options: requests === undefined ? {} : { requests },
    };
  } catch (error) {
    const names = Object.keys(SERIES).join(' | ');
    const seeds = '[--seeds <n>] [--first <seed>] [--seed <seed>]';
    console.error(
      `${errorMessage(error)}\nUsage: npm run faults -- [${names}] ... ${seeds} [--requests <n>]`,
    );
    process.exit(2);
  }
}

function wholeNumber(flag: string, text: string): number {
  if (!/^[1-9]\d{0,8}$/.test(text)) throw new Error(`${flag} must be a whole number above 0`);
  return Number(text);
}
