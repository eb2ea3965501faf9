import { escapeEach } from './text.js';

/**
 * A text as a terminal may show it. Other people have written parts of it, and some characters move the cursor, change the terminal or
 * turn the order of what is shown around: these are shown as JSON writes them, so that JSON stays the same. Line ends and tabs stay.
 */
export function terminalText(text: string): string {
  return escapeEach(text, /(?![\n\t])[\p{Cc}\u202A-\u202E\u2066-\u2069]/gu);
}
