import { writeFileSync } from 'node:fs';
import { format } from 'prettier';
import { generateMethods } from './generate-methods.js';

const HEADER = `/*
 * What @slack/web-api declares, one line for each method that workflows get as a function:
 * \`method|description|parameter?:type:description|...\`. Made by \`npm run functions\`: not to be edited.
 */
export const METHODS: readonly string[] = `;

const source = `${HEADER}${JSON.stringify(generateMethods())};`;
const path = new URL('../../src/functions/methods-table.ts', import.meta.url);
writeFileSync(
  path,
  await format(source, { parser: 'typescript', singleQuote: true, printWidth: 110, trailingComma: 'all' }),
);
