import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { ERROR_CODES } from '../../../src/core/errors.js';

it('The page docs/errors.md explains every error code and no other', async () => {
  const text = await readFile(join(import.meta.dirname, '../../../docs/errors.md'), 'utf8');
  const rows = text.split('\n').flatMap((line) => {
    const [, code, contract, meaning, advice] = line.split('|').map((cell) => cell.trim());
    return code?.startsWith('`') === true ? [{ code: code.slice(1, -1), contract, meaning, advice }] : [];
  });
  expect(rows.map(({ code }) => code)).toEqual([...ERROR_CODES]);
  for (const row of rows)
    expect(Object.values(row).every((cell) => cell !== undefined && cell !== '')).toBe(true);
});
