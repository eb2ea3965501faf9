import { createHash } from 'node:crypto';

// PostgreSQL refuses an entry of more than 2,704 bytes in an index.
const INDEXED_BYTES = 512;

/**
 * A text as PostgreSQL can keep it, which refuses U+0000. Texts that differ stay different; a lone surrogate becomes U+FFFD, as
 * it does wherever a text leaves the program.
 */
export function encodeText(text: string): string {
  return text
    .replaceAll(/\p{Surrogate}/gu, '\uFFFD')
    .replaceAll(/[\\\0]/g, (character) => (character === '\0' ? '\\0' : '\\\\'));
}

/** The text that encodeText() was given. */
export function decodeText(encoded: string): string {
  return encoded.replaceAll(/\\([\\0])/g, (_, escaped: string) => (escaped === '0' ? '\0' : '\\'));
}

/** A name for an encoded text that fits into an index: the text itself, or a digest of one that is too long. */
export function indexed(encoded: string): string {
  if (encoded.length <= INDEXED_BYTES / 3 || Buffer.byteLength(encoded) <= INDEXED_BYTES) return encoded;
  // No encoded text has a backslash before this letter.
  return `\\#${createHash('sha256').update(encoded).digest('hex')}`;
}
