const characters = new Intl.Segmenter(undefined, { granularity: 'grapheme' });

// No character that anybody writes is longer; only so much is looked at.
const LONGEST_CHARACTER = 64;

/** `text` in at most `units` UTF-16 units, cut between characters as people see them, never within one. */
export function cutText(text: string, units: number): string {
  if (text.length <= units) return text;
  const from = Math.max(units - LONGEST_CHARACTER, 0);
  const around = text.slice(from, units + LONGEST_CHARACTER);
  const start = characters.segment(around).containing(units - from)?.index ?? 0;
  if (start > 0) return text.slice(0, from + start);
  // Longer than any character: only its code points are kept whole.
  return text.slice(0, /^[\uDC00-\uDFFF]/.test(text.slice(units)) ? units - 1 : units);
}

/** `text` with each character that `pattern` finds as JSON writes it; for characters of one UTF-16 unit. */
export function escapeEach(text: string, pattern: RegExp): string {
  return text.replaceAll(
    pattern,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
