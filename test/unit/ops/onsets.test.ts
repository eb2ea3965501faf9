import { describe, expect, it } from 'vitest';
import { Onsets } from '../../../src/ops/onsets.js';
import { sinceWords } from '../../../src/ops/overview.js';
import type { Found } from '../../../src/ops/problem-facts.js';

const NOON = Date.UTC(2026, 0, 5, 12);
const MINUTE = 60_000;

function found(keys: readonly string[], more: Partial<Found> = {}): Found {
  return {
    ...{ severity: 'degraded', about: 'apps', sentence: 'Something is wrong.', impact: '', advice: '', keys },
    ...more,
  };
}

/** At how many minutes after noon each began. */
function began(onsets: Onsets, problems: readonly Found[], minute: number): number[] {
  return onsets
    .date(problems, NOON + minute * MINUTE)
    .map(({ since }) => (Date.parse(since) - NOON) / MINUTE);
}

describe('The beginning of a problem', () => {
  it('A problem began when it was found first, whatever is said of it since', () => {
    const onsets = new Onsets();
    expect(began(onsets, [found(['app A1'])], 0)).toEqual([0]);
    const others = [found(['app A2']), found(['app A1'], { sentence: 'It is still wrong.' })];
    expect(began(onsets, others, 3)).toEqual([3, 0]);
  });

  it('A problem that ended and comes again began when it came again', () => {
    const onsets = new Onsets();
    began(onsets, [found(['app A1'])], 0);
    began(onsets, [], 2);
    expect(began(onsets, [found(['app A1'])], 5)).toEqual([5]);
  });

  it('A problem of several connections began with the first of them, and what is known better counts', () => {
    const onsets = new Onsets();
    began(onsets, [found(['connection a'])], 1);
    expect(began(onsets, [found(['connection b', 'connection a'])], 4)).toEqual([1]);
    expect(began(onsets, [found(['replica c'], { began: NOON - 9 * MINUTE })], 6)).toEqual([-9]);
  });

  it('The time of day is told of today, and the day besides of another day', () => {
    const at = new Date(NOON).toISOString();
    expect(sinceWords({ since: new Date(NOON - 13 * MINUTE).toISOString() }, at)).toBe(
      'since 11:47 UTC, for 13 min',
    );
    expect(sinceWords({ since: new Date(NOON - 49 * 60 * MINUTE).toISOString() }, at)).toBe(
      'since 2026-01-03 11:00 UTC, for 2 d',
    );
  });
});
