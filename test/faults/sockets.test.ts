import { expect, it } from 'vitest';

import { run } from './sockets.js';

// `npm run faults -- sockets` runs the whole matrix.
it(
  'loses no event and leaves nothing behind, whatever goes wrong in whatever state',
  { timeout: 120_000 },
  async () => {
    const { lines, ok } = await run(Array.from({ length: 10 }, (_, n) => n + 1));
    expect(ok, lines.join('\n')).toBe(true);
  },
);
