import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { withCommandReference } from '../../../scripts/command-reference.js';

const page = readFileSync(join(import.meta.dirname, '../../../docs/cli.md'), 'utf8');

describe('the page about the command line', () => {
  it('The page has the help of every command, as `npm run docs` writes it', async () => {
    expect(page).toMatch(/^### ak-slack$/m);
    expect(page).toMatch(/^### ak-slack dead-letters resend$/m);
    expect(await withCommandReference(page)).toBe(page);
  });

  it('A help that differs from the program is noticed', async () => {
    const changed = page.replace('print the state of the running program', 'print something else');
    expect(changed).not.toBe(page);
    expect(await withCommandReference(changed)).toBe(page);
  });
});
