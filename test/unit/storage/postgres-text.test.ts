import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeText, encodeText, indexed } from '../../../src/storage/postgres/text.js';

describe('A text as PostgreSQL keeps it', () => {
  it('A text comes back as it was, and holds no U+0000 meanwhile', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom('\0', '\\', '0', '#', 'é', '😀') }), (text) => {
        expect(encodeText(text)).not.toContain('\0');
        expect(decodeText(encodeText(text))).toBe(text);
      }),
    );
  });

  it('A lone half of a surrogate pair becomes the character that stands for it in UTF-8', () => {
    expect(encodeText('a\ud83d')).toBe('a\ufffd');
  });

  it('A text that is too long for an index gets a name that no other text has', () => {
    const long = 'é'.repeat(3000);
    expect(Buffer.byteLength(indexed(long))).toBeLessThan(100);
    expect(indexed(long)).not.toBe(indexed(`${long}é`));
    expect(indexed(encodeText('short'))).toBe('short');
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom('\\', '#', 'a') }), (text) => {
        expect(encodeText(text)).not.toMatch(/^\\#/);
      }),
    );
  });
});
