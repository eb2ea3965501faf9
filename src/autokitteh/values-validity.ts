import { isSymbol, type Value } from './values.js';

/** The kinds of which a value has exactly one; the wire has 17 optional fields instead of a oneof. */
const KINDS = [
  'nothing',
  'boolean',
  'string',
  'integer',
  'float',
  'list',
  'set',
  'dict',
  'bytes',
  'time',
  'duration',
  'struct',
  'module',
  'symbol',
  'function',
  'custom',
  'bigInteger',
] as const satisfies readonly (keyof Value)[];

/** Which kind a value is, or undefined if it has none or several. */
export function kindOf(value: Value): (typeof KINDS)[number] | undefined {
  const kinds = KINDS.filter((kind) => value[kind] !== undefined);
  return kinds.length === 1 ? kinds[0] : undefined;
}

/**
 * What is wrong with `value` as part of an event, with its place, or undefined. AutoKitteh stores such an event and then
 * retries its workflow for ever: an unset value, a field that is not a valid identifier, a key twice, a key that is no string, NaN.
 */
export function invalidity(value: Value | undefined, place = 'value'): string | undefined {
  if (value === undefined) return `${place} is not set`;
  const kind = kindOf(value);
  if (kind === undefined) return `${place} must have exactly one kind`;
  if (value.float !== undefined && !Number.isFinite(value.float.v)) return `${place} is not a finite number`;
  if (value.list !== undefined) return firstOf(value.list.vs.entries(), place);
  if (value.set !== undefined) return firstOf(value.set.vs.entries(), place);
  if (value.dict !== undefined) return invalidDict(value.dict.items, place);
  if (value.struct !== undefined) {
    return (
      invalidity(value.struct.ctor, `constructor of ${place}`) ?? invalidFields(value.struct.fields, place)
    );
  }
  if (value.symbol !== undefined && !isSymbol(value.symbol.name)) return `${place} is not a valid identifier`;
  if (kind === 'module' || kind === 'function' || kind === 'custom') {
    return `${place} is a ${kind}, which is not data`;
  }
  return undefined;
}

/** What is wrong with the fields of a struct or the data of an event, with its place, or undefined. */
export function invalidFields(fields: Readonly<Record<string, Value>>, place = 'data'): string | undefined {
  const bad = Object.keys(fields).find((name) => !isSymbol(name));
  return bad === undefined
    ? firstOf(Object.entries(fields), place)
    : `key ${JSON.stringify(bad)} of ${place} is not a valid identifier`;
}

function firstOf(members: Iterable<[string | number, Value]>, place: string): string | undefined {
  for (const [key, member] of members) {
    const found = invalidity(member, `${place}[${JSON.stringify(key)}]`);
    if (found !== undefined) return found;
  }
  return undefined;
}

function invalidDict(items: NonNullable<Value['dict']>['items'], place: string): string | undefined {
  const seen = new Set<string>();
  for (const { k, v } of items) {
    const key = k?.string?.v;
    if (key === undefined) return `${place} has a key that is not a string`;
    // The wire replaces what is not well-formed, which may make two keys one.
    const onTheWire = Buffer.from(key).toString();
    if (seen.has(onTheWire)) return `${place} has the key ${JSON.stringify(key)} twice`;
    seen.add(onTheWire);
    const found = invalidity(v, `${place}[${JSON.stringify(key)}]`);
    if (found !== undefined) return found;
  }
  return undefined;
}
