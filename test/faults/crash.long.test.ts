import { expect, test } from 'vitest';
import { run } from './crash.js';

test('Ten processes are killed on the way, and everything that was acknowledged is at the server', async () => {
  const { lines, ok } = await run(Array.from({ length: 10 }, (_, index) => index + 1));
  console.log(lines.join('\n'));
  expect(lines.join('\n')).toContain('acknowledged and not at the server: 0');
  expect(ok).toBe(true);
}, 300_000);
