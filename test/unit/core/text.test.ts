import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cutText } from '../../../src/core/text.js';

describe('cutText', () => {
  it.each([
    ['ab', 5, 'ab'],
    ['abc', 2, 'ab'],
    ['ab\u{1f600}', 3, 'ab'],
    ['ab\u{1f600}', 4, 'ab\u{1f600}'],
    ['ae\u0301x', 2, 'a'],
    ['a\u{1f468}\u200d\u{1f469}\u200d\u{1f467}', 6, 'a'],
    ['a\u{1f1e9}\u{1f1ea}', 3, 'a'],
    ['', 0, ''],
  ])('Cutting %j to %i units gives %j', (text, units, expected) => {
    expect(cutText(text, units)).toBe(expected);
  });

  it('Cutting gives a well-formed beginning that is not much shorter than allowed', () => {
    const text = fc.string({ unit: 'grapheme', maxLength: 300 });
    fc.assert(
      fc.property(text, fc.nat(300), (whole, units) => {
        const cut = cutText(whole, units);
        expect(whole.startsWith(cut)).toBe(true);
        expect(cut.length).toBeLessThanOrEqual(units);
        expect(cut.length).toBeGreaterThanOrEqual(Math.min(whole.length, units) - 64);
        expect(cut).not.toMatch(/\p{Surrogate}/u);
      }),
    );
  });

  it('Cutting a text of nothing but marks keeps its code points whole', () => {
    expect(cutText(`a${'\u0301'.repeat(500)}`, 300)).toHaveLength(300);
    expect(cutText(`a${'\u{1d165}'.repeat(300)}`, 300)).toHaveLength(299);
  });
});
