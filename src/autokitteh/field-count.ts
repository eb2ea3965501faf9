import type { DescMessage } from '@bufbuild/protobuf';
import { BinaryReader, WireType } from '@bufbuild/protobuf/wire';

// As deep as the library decodes.
const MOST_LEVELS = 100;
const MAP_VALUE = 2;
const [QUOTE, BACKSLASH] = [0x22, 0x5c];
// What begins an object or a list, and what separates two of their members.
const JSON_SIGNS: ReadonlySet<number> = new Set(Buffer.from('{[,'));

/**
 * The number of fields and list items of an encoded message, at whatever depth, counted without decoding it. Counting
 * stops above `most`. Throws where the bytes are no such message.
 */
export function countFields(desc: DescMessage, bytes: Uint8Array, most: number): number {
  const reader = new BinaryReader(bytes);
  let count = 0;

  /** What ends at `end` is a message, or an entry of a map with such messages as values. */
  function walk(of: DescMessage, isEntry: boolean, end: number, level: number): void {
    if (level > MOST_LEVELS) throw new Error(`the message nests deeper than ${MOST_LEVELS} levels`);
    while (reader.pos < end && count <= most) {
      const [number, type] = reader.tag();
      count += 1;
      // proto3 has no groups, and one would have to be read to its end.
      if (type === WireType.StartGroup)
        throw new Error('the message has a field of the type group, which proto3 does not have');
      if (type !== WireType.LengthDelimited) {
        reader.skip(type, number);
        continue;
      }
      const to = reader.uint32() + reader.pos;
      if (to > end) throw new Error('the message ends in the middle of a field');
      const field = isEntry ? undefined : of.fields.find((each) => each.number === number);
      const inner = isEntry && number === MAP_VALUE ? of : field?.message;
      if (inner !== undefined) walk(inner, field?.fieldKind === 'map', to, level + 1);
      else if (field?.fieldKind === 'list' && field.packed) count += to - reader.pos;
      if (count <= most) reader.pos = to;
    }
  }

  walk(desc, false, bytes.length, 1);
  return count;
}

/** The same of JSON: its objects, lists and the commas between their members. What is no JSON is not noticed. */
export function countJsonMembers(text: Buffer, most: number): number {
  let count = 0;
  for (let at = 0; at < text.length && count <= most; at++) {
    const sign = text[at] ?? 0;
    if (sign === QUOTE) at = endOfString(text, at);
    else if (JSON_SIGNS.has(sign)) count += 1;
  }
  return count;
}

/** Where a string ends that begins there. */
function endOfString(text: Buffer, start: number): number {
  for (let at = start + 1; ; at++) {
    at = text.indexOf(QUOTE, at);
    if (at === -1) return text.length;
    let escapes = 0;
    while (text[at - 1 - escapes] === BACKSLASH) escapes += 1;
    if (escapes % 2 === 0) return at;
  }
}
