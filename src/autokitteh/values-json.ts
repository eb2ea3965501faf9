import { isJsonObject, type ExactJson, type ExactObject, type JsonValue } from '../core/json.js';
import { cutText } from '../core/text.js';
import {
  boolean,
  dict,
  integer,
  isSymbol,
  list,
  NOTHING,
  number,
  string,
  struct,
  type Value,
} from './values.js';

/** How much of a JSON value is taken over; `cut` is called for whatever is left out or shortened. */
export interface Limits {
  /** Nesting of lists and objects; what lies deeper becomes `nothing`. */
  readonly depth: number;
  /** UTF-16 units of a string; a longer one is shortened, and a longer key left out with its value. */
  readonly text: number;
  /** Members of a list or object; the rest is left out. */
  readonly members: number;
  cut(): void;
  /** Called for each value that is taken over. May throw to end that. */
  step(): void;
  /** Called with the bytes that what is taken over needs at least on the wire. May throw to end that. */
  grow(bytes: number): void;
}

/**
 * Each of these levels is three of protobuf's, of which most of its implementations (C++, Python, JavaScript) read 100:
 * whoever looks at an event must be able to. Slack nests about ten.
 */
export const DEPTH = 28;

const AS_IT_IS: Limits = {
  depth: DEPTH,
  text: Infinity,
  members: Infinity,
  cut: () => undefined,
  step: () => undefined,
  grow: () => undefined,
};

/** A value without content, as a member of a list or of an entry. */
const LEAST_BYTES = 4;

/** `text` within `limits`, cut between characters. */
function limitText(text: string, limits: Limits): string {
  if (text.length <= limits.text) return text;
  limits.cut();
  return cutText(text, limits.text);
}

/** `items` within `limits`. */
export function limitMembers<Item>(items: Item[], limits: Limits): Item[] {
  if (items.length <= limits.members) return items;
  limits.cut();
  return items.slice(0, limits.members);
}

/** A string within `limits`. */
export function stringFromJson(text: string, limits: Limits): Value {
  const kept = limitText(text, limits);
  // Each UTF-16 unit takes a byte or more.
  limits.grow(kept.length);
  return string(kept);
}

/**
 * JSON as an AutoKitteh value: objects as dicts, integers as integers, null (and NaN, infinities, what is nested deeper
 * than `limits` allow) as nothing.
 */
export function fromJson(json: ExactJson | undefined, limits: Limits = AS_IT_IS, depth = 0): Value {
  limits.step();
  limits.grow(LEAST_BYTES);
  switch (typeof json) {
    case 'string':
      return stringFromJson(json, limits);
    case 'number':
      return number(json);
    case 'boolean':
      return boolean(json);
    case 'bigint':
      return integer(json);
    case 'undefined':
      return NOTHING;
    case 'object':
      break;
    default:
      return json satisfies never;
  }
  if (json === null) return NOTHING;
  if (depth >= limits.depth) {
    limits.cut();
    return NOTHING;
  }
  if (Array.isArray(json)) {
    return list(limitMembers(json, limits).map((item) => fromJson(item, limits, depth + 1)));
  }
  return dict(dictEntries(json, limits, depth));
}

/** JSON as an AutoKitteh value whose objects are structs named `ctor` wherever all their keys are symbols. */
export function structsFromJson(json: ExactJson | undefined, ctor: Value, depth = 0): Value {
  if (depth >= DEPTH) return NOTHING;
  if (Array.isArray(json)) return list(json.map((item) => structsFromJson(item, ctor, depth + 1)));
  if (!isJsonObject(json)) return fromJson(json);
  const entries = Object.entries(json).map(
    ([key, value]) => [key, structsFromJson(value, ctor, depth + 1)] as const,
  );
  // An empty object is more likely a map without entries than a record without fields.
  const named = entries.length > 0 && entries.every(([key]) => isSymbol(key));
  return named ? struct(ctor, Object.fromEntries(entries)) : dict(entries);
}

function dictEntries(object: ExactObject, limits: Limits, depth: number): (readonly [string, Value])[] {
  const entries: (readonly [string, Value])[] = [];
  for (const key of limitMembers(Object.keys(object), limits)) {
    if (key.length > limits.text) {
      limits.cut();
      continue;
    }
    limits.grow(key.length);
    entries.push([key, fromJson(object[key], limits, depth + 1)]);
  }
  return entries;
}

/**
 * An AutoKitteh value as Python user code sees it: structs and dicts as objects, times as RFC 3339, durations in
 * nanoseconds, bytes in base64; functions and modules as null. Integers that a number cannot hold come as strings.
 */
export function toJson(value: Value | undefined): JsonValue {
  if (value === undefined) return null;
  if (value.string !== undefined) return value.string.v;
  if (value.boolean !== undefined) return value.boolean.v;
  if (value.integer !== undefined) return exact(value.integer.v);
  if (value.float !== undefined) return Number.isFinite(value.float.v) ? value.float.v : null;
  if (value.list !== undefined) return value.list.vs.map(toJson);
  if (value.set !== undefined) return value.set.vs.map(toJson);
  if (value.dict !== undefined) {
    return Object.fromEntries(value.dict.items.map(({ k, v }) => [keyText(k), toJson(v)]));
  }
  if (value.struct !== undefined) {
    return Object.fromEntries(Object.entries(value.struct.fields).map(([key, v]) => [key, toJson(v)]));
  }
  if (value.symbol !== undefined) return value.symbol.name;
  if (value.bigInteger !== undefined) return value.bigInteger.v;
  if (value.bytes !== undefined) return Buffer.from(value.bytes.v).toString('base64');
  if (value.time?.v !== undefined) {
    return new Date(Number(value.time.v.seconds) * 1000 + Math.floor(value.time.v.nanos / 1e6)).toISOString();
  }
  if (value.duration?.v !== undefined) {
    return exact(value.duration.v.seconds * 1_000_000_000n + BigInt(value.duration.v.nanos));
  }
  if (value.custom !== undefined) return toJson(value.custom.value);
  return null;
}

function exact(v: bigint): number | string {
  const near = Number(v);
  return Number.isSafeInteger(near) ? near : v.toString();
}

function keyText(key: Value | undefined): string {
  const json = toJson(key);
  return typeof json === 'string' ? json : JSON.stringify(json);
}
