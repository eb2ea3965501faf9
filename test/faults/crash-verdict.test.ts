import { expect, test } from 'vitest';
import type { Appended } from '../../src/storage/rows.js';
import type { CrashNote } from './crash-record.js';
import { journaledOrder } from './crash-verdict.js';

const life: CrashNote = { t: 'life' };
const arrived = (key: string): CrashNote => ({ t: 'arrived', key, envelopeId: key });
const append = (...keys: string[]): CrashNote => ({
  t: 'append',
  rows: keys.map((key) => ({ key, lane: 'L' })),
});
const appended = (...results: Appended[]): CrashNote => ({ t: 'appended', results });
const orderOf = (...notes: CrashNote[]): string[] | undefined => journaledOrder([life, ...notes]).get('L');

test('The order of events is that of arrival in the process that wrote them', () => {
  expect(
    orderOf(arrived('a'), arrived('b'), append('b'), append('a'), appended('first'), appended('behind')),
  ).toEqual(['a', 'b']);
});

test('An event that a killed process did not write has its place in the next process', () => {
  expect(
    orderOf(
      ...[arrived('a'), append('a'), life],
      ...[arrived('b'), append('b'), appended({ claimed: 1 }), arrived('a'), append('a'), appended('behind')],
    ),
  ).toEqual(['b', 'a']);
});

test('An event that a killed process wrote keeps its place', () => {
  expect(
    orderOf(
      ...[arrived('a'), append('a'), life],
      ...[arrived('b'), append('b'), appended('behind'), arrived('a'), append('a'), appended('duplicate')],
    ),
  ).toEqual(['a', 'b']);
});

test('An event that two processes were killed in writing has no place', () => {
  const killedTwice = [
    ...[arrived('a'), append('a'), life],
    ...[arrived('b'), append('b'), appended('first'), arrived('a'), append('a'), life],
  ];
  expect(orderOf(...killedTwice)).toEqual(['b']);
  expect(orderOf(...killedTwice, arrived('a'), append('a'), appended('duplicate'))).toEqual(['b']);
  expect(orderOf(...killedTwice, arrived('a'), append('a'), appended('behind'))).toEqual(['b', 'a']);
});

test('An event that comes again to the process that wrote it keeps its place', () => {
  expect(
    orderOf(
      ...[arrived('a'), append('a'), appended('first'), arrived('b'), append('b'), appended('behind')],
      ...[arrived('a'), append('a'), appended('duplicate')],
    ),
  ).toEqual(['a', 'b']);
});
