import { expect, test } from 'vitest';
import { run } from './disk.js';

test('A full disk costs no event that was acknowledged, and ends when there is room', async () => {
  const { lines, ok } = await run([1, 2]);
  console.log(lines.join('\n'));
  expect(lines.join('\n')).toContain('lost, or not as it should be: 0');
  expect(ok).toBe(true);
}, 120_000);
