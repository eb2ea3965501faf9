import { expect, it } from 'vitest';

import { run, runThroughProxy } from './sockets.js';

// `npm run faults -- sockets` runs the whole matrix.
it(
  'The sockets lose no event and leave nothing behind, whatever goes wrong in any state of a socket',
  { timeout: 120_000 },
  async () => {
    const { lines, ok } = await run([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
    expect(ok, lines.join('\n')).toBe(true);
  },
);

it(
  'The sockets lose no event and leave nothing behind through a proxy either, which comes and goes',
  { timeout: 120_000 },
  async () => {
    const { lines, ok } = await runThroughProxy([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
    expect(ok, lines.join('\n')).toBe(true);
  },
);
