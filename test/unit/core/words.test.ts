import { describe, expect, it } from 'vitest';
import { timeWords } from '../../../src/core/words.js';

describe('A time in words', () => {
  it('A time of another day than now has its date, and one of the same day in UTC has none', () => {
    const at = '2026-05-04T23:58:07.123Z';
    expect(timeWords(at, '2026-05-04T23:59:00Z')).toBe('23:58 UTC');
    expect(timeWords(at, Date.parse('2026-05-05T00:00:00Z'))).toBe('2026-05-04 23:58 UTC');
    expect(timeWords(Date.parse(at), at, 'second')).toBe('23:58:07 UTC');
    expect(timeWords(at, '2027-05-04T23:59:00Z', 'millisecond')).toBe('2026-05-04 23:58:07.123 UTC');
  });
});
