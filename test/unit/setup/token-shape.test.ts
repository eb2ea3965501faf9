import { describe, expect, it } from 'vitest';
import {
  appIdOf,
  appTokenProblem,
  areSwapped,
  botTokenProblem,
  configTokenProblem,
  pastedToken,
  tokenKind,
} from '../../../src/browser/token-shape.js';

const BOT = 'xoxb-1234567890-1234567890123-AbCdEfGhIjKlMnOpQrStUvWx';
const APP = `xapp-1-A0123456789-9876543210123-${'0123456789abcdef'.repeat(4)}`;

describe('The shape of a pasted token', () => {
  it.each([
    [BOT, 'bot'],
    [` ${BOT}\n`, 'bot'],
    [APP, 'app'],
    [`"${BOT}"`, 'bot'],
    [`'${APP}'`, 'app'],
    [`“${BOT}”`, 'bot'],
    [`\u200b${BOT}\u00a0`, 'bot'],
    [`\`${APP}\``, 'app'],
    [`<${BOT}>`, 'bot'],
    [`Bearer ${BOT}`, 'bot'],
    [`Authorization: Bearer ${BOT}`, 'bot'],
    [`SLACK_BOT_TOKEN=${BOT}\n`, 'bot'],
    [`export SLACK_APP_TOKEN="${APP}";`, 'app'],
    [`  "app_token": "${APP}",`, 'app'],
    ['', 'empty'],
    [' \n', 'empty'],
    ['""', 'empty'],
    ['xoxp-1-2-3-abc', 'user'],
    ['xoxe.xoxb-1-abc', 'rotated'],
    ['xoxe-1-abc', 'rotated'],
    ['xwfp-abc', 'workflow'],
    ['0123456789abcdef0123456789abcdef', 'hex'],
    [`${BOT.slice(0, 20)} ${BOT.slice(20)}`, 'spaced'],
    ['xoxb-', 'unknown'],
    ['xapp-1-A012', 'unknown'],
    ['hello', 'unknown'],
  ])('The pasted text %j is %s', (text, kind) => {
    expect(tokenKind(text)).toBe(kind);
  });
});

it.each([['xoxb-'], ['xapp-1-A0123456789-1-']])(
  'A text that begins with %s and goes on and on is no token',
  (beginning) => {
    expect(tokenKind(beginning + 'a'.repeat(1_000))).toBe('long');
  },
);

it('A right token raises no problem, and any other text raises one in each field', () => {
  expect(botTokenProblem(BOT)).toBe('');
  expect(appTokenProblem(APP)).toBe('');
  const others = [
    '',
    'xoxp-1-2',
    'xoxe-1',
    'xwfp-1',
    '0123456789abcdef0123456789abcdef',
    'a b',
    'xoxb-',
    'xapp-',
    '?',
  ];
  for (const text of [...others, APP]) expect(botTokenProblem(text)).toMatch(/\.$/);
  for (const text of [...others, BOT]) expect(appTokenProblem(text)).toMatch(/\.$/);
});

it('The check of a pasted text says that a token was cut off, not that it is another one', () => {
  expect(botTokenProblem('xoxb-12_')).toContain('cut off');
  expect(appTokenProblem(APP.slice(0, 20))).toContain('cut off');
  expect(appTokenProblem('hello')).toBe('The app-level token starts with xapp-.');
});

it('The check of a pasted text finds swapped tokens, and the app in an app-level token', () => {
  expect(areSwapped(APP, BOT)).toBe(true);
  expect(areSwapped(BOT, APP)).toBe(false);
  expect(areSwapped(APP, '')).toBe(false);
  expect(appIdOf(` ${APP} `)).toBe('A0123456789');
  expect(appIdOf(BOT)).toBe('');
});

it('A pasted text that is far longer than any token is left as it is', () => {
  const text = `"${'a: '.repeat(2_000)}"`;
  expect(pastedToken(text)).toBe(text);
});

it.each([
  ['"xoxe.xoxp-1-Mi0yLTY1"', /^$/],
  ['', /missing/],
  ['xoxe-1-My0xLTY1', /refresh token/],
  ['xoxb-1-2-3', /starts with xoxe\.xoxp-/],
  [`xoxe.xoxp-1-${'a'.repeat(600)}`, /too long/],
])('An app configuration token is known by its shape: %s', (text, words) => {
  expect(configTokenProblem(text)).toMatch(words);
});

it('The check of a pasted text never repeats the text, which may be a secret', () => {
  const secret = 'xoxp-very-secret';
  expect(botTokenProblem(secret) + appTokenProblem(secret)).not.toContain('very-secret');
});
