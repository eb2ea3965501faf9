import type { Value } from './values.js';

/*
 * The size of values on the wire, computed: encoding them only to count the bytes takes about forty times as long.
 * A field is a tag, a length and its bytes; all tags but those of `custom` and `big_integer` take one byte.
 */

/** Bytes of `data`, a map from names to values, on the wire. */
export function sizeOfData(data: Readonly<Record<string, Value>>): number {
  let size = 0;
  for (const [key, value] of Object.entries(data)) {
    size += fieldSize(textSize(key) + fieldSize(sizeOf(value)));
  }
  return size;
}

/** Bytes of `value` on the wire: of the kinds that event data has; of others, none. */
export function sizeOf(value: Value): number {
  if (value.string !== undefined) return fieldSize(textSize(value.string.v));
  if (value.dict !== undefined) {
    let size = 0;
    for (const { k, v } of value.dict.items) size += fieldSize(optionalSize(k) + optionalSize(v));
    return fieldSize(size);
  }
  if (value.struct !== undefined) {
    return fieldSize(optionalSize(value.struct.ctor) + sizeOfData(value.struct.fields));
  }
  const members = value.list?.vs ?? value.set?.vs;
  if (members !== undefined) {
    return fieldSize(members.reduce((size, member) => size + fieldSize(sizeOf(member)), 0));
  }
  if (value.boolean !== undefined) return fieldSize(value.boolean.v ? 2 : 0);
  if (value.integer !== undefined) return fieldSize(integerSize(value.integer.v));
  if (value.float !== undefined) return fieldSize(Object.is(value.float.v, 0) ? 0 : 9);
  if (value.nothing !== undefined) return fieldSize(0);
  if (value.symbol !== undefined) return fieldSize(textSize(value.symbol.name));
  if (value.bigInteger !== undefined) return 1 + fieldSize(textSize(value.bigInteger.v));
  return 0;
}

function optionalSize(value: Value | undefined): number {
  return value === undefined ? 0 : fieldSize(sizeOf(value));
}

/** A string field; the wire leaves an empty one out, but not the key of a map entry, of which none is empty here. */
function textSize(text: string): number {
  return text === '' ? 0 : fieldSize(Buffer.byteLength(text));
}

function integerSize(v: bigint): number {
  if (v === 0n) return 0;
  return 1 + (v < 0n ? 10 : Math.ceil(v.toString(2).length / 7));
}

function fieldSize(bytes: number): number {
  let size = bytes + 2;
  for (let length = bytes; length >= 128; length = Math.floor(length / 128)) size += 1;
  return size;
}
