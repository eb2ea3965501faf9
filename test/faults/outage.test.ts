import { expect, test } from 'vitest';
import { run } from './outage.js';

test('ten minutes without a server lose nothing, and keep every conversation in order', async () => {
  const { lines, ok } = await run([1]);
  console.log(lines.join('\n'));
  expect(lines.join('\n')).toContain('lost, given up, or out of order: 0');
  expect(ok).toBe(true);
}, 120_000);
