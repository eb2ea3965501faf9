import type { Backlog, BacklogQuestions } from './backlog-client.js';
import type { Bench } from './bench.js';
import { build } from './delivery-build.js';
import { Peer } from './delivery-process.js';

const SIZES = [1000, 100_000, 1_000_000];
const SECONDS = 10;
const MEBIBYTE = 1024 ** 2;
const MAX_GROWTH = 96 * MEBIBYTE;
// A disk that is cold and slow is the only thing that the size may bring.
const AT_ONCE_MS = 500;

/** What a backlog costs: memory, and the time until the first of it is dispatched after a start. */
export const bench: Bench = {
  name: 'backlog',
  async run() {
    const results: { rows: number; backlog: Backlog }[] = [];
    for (const rows of SIZES) results.push({ rows, backlog: await measure(rows) });
    return results.flatMap(({ rows, backlog }) => [
      {
        figure: `first dispatch after a start, ${rows} rows waiting`,
        value: `${backlog.firstDispatchMs.toFixed(0)} ms`,
        peer: `${results[0]?.backlog.firstDispatchMs.toFixed(0) ?? ''} ms with ${SIZES[0] ?? 0} rows`,
        limit: `<= ${AT_ONCE_MS} ms`,
        ok: backlog.firstDispatchMs <= AT_ONCE_MS,
      },
      {
        figure: `resident memory grown in ${SECONDS} s of dispatching, ${rows} rows waiting`,
        value: `${(backlog.grownBytes / MEBIBYTE).toFixed(0)} MiB`,
        peer: `${(backlog.fileBytes / MEBIBYTE).toFixed(0)} MiB of journal`,
        limit: '<= 96 MiB',
        ok: backlog.grownBytes <= MAX_GROWTH && backlog.dispatched > 0,
      },
    ]);
  },
};

async function measure(rows: number): Promise<Backlog> {
  const folder = await build();
  const filler = new Peer<BacklogQuestions>(folder, 'backlog-client.js');
  const client = new Peer<BacklogQuestions>(folder, 'backlog-client.js');
  try {
    const path = await filler.ask('fill', rows);
    return await client.ask('deliver', path, SECONDS);
  } finally {
    await client.end();
    await filler.ask('remove');
    await filler.end();
  }
}
