import { expect, it } from 'vitest';

import { run } from './sockets.js';

// `npm run faults -- sockets` runs the whole matrix.
it(
  'loses no event and leaves nothing behind, whatever goes wrong in whatever state of a socket',
  { timeout: 120_000 },
  async () => {
    const { lines, ok } = await run([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
    expect(ok, lines.join('\n')).toBe(true);
  },
);
