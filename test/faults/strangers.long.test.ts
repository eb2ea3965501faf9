import { expect, test } from 'vitest';
import { runOnce } from './strangers.js';

// `npm run faults -- strangers` sends 100,000 and compares memory.
test('Two thousand bad requests and frames end nothing, delay nothing and lose no event', async () => {
  const { lines, ok } = await runOnce(1, 2_000);
  console.log(lines.join('\n'));
  expect(ok, lines.join('\n')).toBe(true);
}, 300_000);
