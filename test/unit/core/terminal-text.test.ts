import { expect, it } from 'vitest';
import { terminalText } from '../../../src/core/terminal-text.js';

it.each([
  ['a title that is set', '\u001B]0;mine\u0007', String.raw`\u001b]0;mine\u0007`],
  ['a line that is written over', 'FAIL\r ok ', String.raw`FAIL\u000d ok `],
  ['a control sequence of eight bits', '\u009B2J', String.raw`\u009b2J`],
  ['an order that is turned around', 'a\u202Eb\u2066c', String.raw`a\u202eb\u2066c`],
  ['lines and columns', 'one\ttwo\nthree ä 👍🏽', 'one\ttwo\nthree ä 👍🏽'],
])('A terminal is shown %s as text', (_, text, shown) => {
  expect(terminalText(text)).toBe(shown);
});

it('JSON means the same when a terminal shows it', () => {
  const value = { name: '\u009B2J\u007F\u202E\u001B[0m', lines: ['a\nb', '\t'] };
  expect(JSON.parse(terminalText(JSON.stringify(value, null, 2)))).toEqual(value);
});
