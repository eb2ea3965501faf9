import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';

it('The example in the documentation is the test that runs', () => {
  const page = readFileSync(new URL('../../../../docs/scripted-slack.md', import.meta.url), 'utf8');
  const example = readFileSync(new URL('example.test.ts', import.meta.url), 'utf8');
  expect(page).toContain(`\`\`\`ts\n${example}\`\`\``);
});
