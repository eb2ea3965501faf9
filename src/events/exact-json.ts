import { isJsonObject, type ExactJson, type ExactObject } from '../core/json.js';

/** Longer than any integer that a double holds exactly; shorter ones need no second look. */
const LONG_NUMBER = /\d{16}/;
const NUMBER_OR_STRING = /"[^"\\]*(?:\\.[^"\\]*)*"|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g;
/** Beyond this a double is infinite, and so is the patience it takes to make a bigint of it. */
const LONGEST_INTEGER = 309;
const LONG_INTEGER = new RegExp(`^-?\\d{16,${LONGEST_INTEGER}}$`);

/** A half of a surrogate pair, escaped or not (of an escaped one, any), and the character NUL. */
const UNSTORABLE = /\\u(?:[dD][89a-fA-F]|0000)|\p{Surrogate}/u;
const UNSTORABLE_CHARACTERS = /\p{Surrogate}|\0/gu;
const REPLACEMENT = '\ufffd';

/** Nothing deeper is taken over, and walking there could exhaust the stack. */
const DEEPEST = 100;

/**
 * Parses JSON without loss: integers that a number cannot hold exactly are bigints. Characters that AutoKitteh could not
 * store or send (lone surrogates, NUL) become U+FFFD. Calls `step` for each member. Throws SyntaxError as `JSON.parse` does.
 */
export function parseExact(text: string, step: () => void): ExactJson {
  const json = LONG_NUMBER.test(text) ? parseLongIntegers(text, step) : (JSON.parse(text) as ExactJson);
  return UNSTORABLE.test(text) ? storable(json, step, 0) : json;
}

/** Parses twice, the second time with the long integers as strings, and takes those where the first has a number. */
function parseLongIntegers(text: string, step: () => void): ExactJson {
  const json = JSON.parse(text) as ExactJson;
  const marked = text.replace(NUMBER_OR_STRING, (token) => (LONG_INTEGER.test(token) ? `"${token}"` : token));
  return marked === text ? json : withIntegers(json, JSON.parse(marked) as ExactJson, step, 0);
}

function withIntegers(
  json: ExactJson | undefined,
  marked: ExactJson | undefined,
  step: () => void,
  depth: number,
): ExactJson {
  step();
  if (typeof json === 'number') return typeof marked === 'string' ? BigInt(marked) : json;
  if (depth > DEEPEST) return json ?? null;
  if (Array.isArray(json) && Array.isArray(marked)) {
    return json.map((item, index) => withIntegers(item, marked[index], step, depth + 1));
  }
  if (isJsonObject(json) && isJsonObject(marked)) {
    return fromEntries(
      Object.keys(json).map((key) => [key, withIntegers(json[key], marked[key], step, depth + 1)] as const),
    );
  }
  return json ?? null;
}

function storable(json: ExactJson | undefined, step: () => void, depth: number): ExactJson {
  step();
  if (typeof json === 'string') return json.replace(UNSTORABLE_CHARACTERS, REPLACEMENT);
  if (depth > DEEPEST) return json ?? null;
  if (Array.isArray(json)) return json.map((item) => storable(item, step, depth + 1));
  if (!isJsonObject(json)) return json ?? null;
  const entries = new Map<string, ExactJson>();
  /** The number of the last key that became alike, by what they all became. */
  const numbers = new Map<string, number>();
  for (const [name, value] of Object.entries(json)) {
    const plain = name.replace(UNSTORABLE_CHARACTERS, REPLACEMENT);
    let key = plain;
    // Two keys must not become one: AutoKitteh takes no dict with the same key twice. A number that Slack's own keys
    // have taken is tried once and never again.
    for (let number = numbers.get(plain) ?? 1; entries.has(key); numbers.set(plain, number)) {
      step();
      number += 1;
      key = `${plain}_${number}`;
    }
    entries.set(key, storable(value, step, depth + 1));
  }
  return fromEntries(entries);
}

/** Defines the keys instead of assigning them, so that `__proto__` is one like any other. */
function fromEntries(entries: Iterable<readonly [string, ExactJson]>): ExactObject {
  return Object.fromEntries(entries);
}
