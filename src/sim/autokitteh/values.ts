import { timestampDate, timestampMs } from '@bufbuild/protobuf/wkt';
import { isSymbol } from './ids.js';
import type { Dict_Item, Value } from '../../gen/autokitteh/values/v1/values_pb.js';
import type { JsonObject, JsonValue } from '../../core/json.js';

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

/** A value as user code finds it, in JSON: structs and dicts are objects, functions null, times RFC 3339. */
export function valueToJson(value: Value): JsonValue {
  if (value.boolean) return value.boolean.v;
  if (value.string) return value.string.v;
  if (value.integer) return Number(value.integer.v);
  if (value.bigInteger) return Number(value.bigInteger.v);
  if (value.float) return value.float.v;
  if (value.list) return value.list.vs.map(valueToJson);
  if (value.set) return value.set.vs.map(valueToJson);
  if (value.dict)
    return Object.fromEntries(value.dict.items.map(({ k, v }) => [keyOf(k), v ? valueToJson(v) : null]));
  if (value.struct) return dataToJson(value.struct.fields);
  if (value.bytes) return Buffer.from(value.bytes.v).toString('base64');
  if (value.time?.v) return timestampDate(value.time.v).toISOString();
  if (value.duration?.v) return Number(value.duration.v.seconds) * 1e9 + value.duration.v.nanos;
  if (value.symbol) return value.symbol.name;
  return null;
}

/** Event data, or a struct's fields, in JSON. */
export function dataToJson(data: Readonly<Record<string, Value>>): JsonObject {
  return Object.fromEntries(Object.entries(data).map(([key, value]) => [key, valueToJson(value)]));
}

/** A value as a CEL filter sees it: int64 as bigint, null for nothing; functions and big integers are left out. */
export function valueToCel(value: Value): unknown {
  if (value.integer) return value.integer.v;
  if (value.list) return value.list.vs.map(valueToCel);
  if (value.set) return value.set.vs.map(valueToCel);
  if (value.dict)
    return new Map(value.dict.items.flatMap(({ k, v }) => (k && v ? [[valueToCel(k), valueToCel(v)]] : [])));
  if (value.struct) return dataToCel(value.struct.fields);
  if (value.bytes) return value.bytes.v;
  if (value.time?.v) return new Date(timestampMs(value.time.v));
  return value.nothing || value.boolean || value.string || value.float || value.symbol
    ? valueToJson(value)
    : undefined;
}

/** Event data as the variable `data` of a filter. */
export function dataToCel(data: Readonly<Record<string, Value>>): Record<string, unknown> {
  const fields = Object.entries(data).map(([key, value]) => [key, valueToCel(value)] as const);
  return Object.fromEntries(fields.filter(([, value]) => value !== undefined));
}

/** Why event data would make AutoKitteh's event workflow panic; undefined when it would not. */
export function dataProblem(data: Readonly<Record<string, Value>>): string | undefined {
  return fieldsProblem(data, 'data');
}

function fieldsProblem(fields: Readonly<Record<string, Value>>, at: string): string | undefined {
  for (const [key, value] of Object.entries(fields)) {
    if (!isSymbol(key)) return `${at}: illegal symbol ${JSON.stringify(key)} (expected [a-zA-Z_][\\w]*)`;
    const problem = valueProblem(value, `${at}.${key}`);
    if (problem !== undefined) return problem;
  }
  return undefined;
}

/** Why AutoKitteh would refuse to read `value` back: a kind missing or doubled, a bad name, a repeated dict key. */
export function valueProblem(value: Value | undefined, at: string): string | undefined {
  if (value === undefined) return `${at}: no value`;
  const set = KINDS.filter((kind) => value[kind] !== undefined);
  if (set.length !== 1) return `${at}: ${set.length} kinds are set, not one`;
  if (value.struct)
    return valueProblem(value.struct.ctor, `${at}'s constructor`) ?? fieldsProblem(value.struct.fields, at);
  if (value.module && !isSymbol(value.module.name)) return `${at}: illegal module name`;
  if (value.module) return fieldsProblem(value.module.members, at);
  if (value.symbol && !isSymbol(value.symbol.name)) return `${at}: illegal symbol`;
  if (value.function && !isSymbol(value.function.name)) return `${at}: illegal function name`;
  if (value.time && !value.time.v) return `${at}: a time without a time`;
  if (value.duration && !value.duration.v) return `${at}: a duration without a duration`;
  if (value.dict) return dictProblem(value.dict.items, at);
  const elements = value.list?.vs ?? value.set?.vs ?? [];
  return first(elements.map((element, index) => valueProblem(element, `${at}[${index}]`)));
}

function dictProblem(items: readonly Dict_Item[], at: string): string | undefined {
  const seen = new Set<string>();
  for (const { k, v } of items) {
    const problem = valueProblem(k, `${at}'s key`) ?? valueProblem(v, `${at}[${keyOf(k)}]`);
    if (problem !== undefined) return problem;
    const key = JSON.stringify(k && valueToJson(k));
    if (seen.has(key)) return `${at}: duplicate key ${key}`;
    seen.add(key);
  }
  return undefined;
}

function keyOf(key: Value | undefined): string {
  const json = key ? valueToJson(key) : null;
  return typeof json === 'string' ? json : JSON.stringify(json);
}

function first(problems: readonly (string | undefined)[]): string | undefined {
  return problems.find((problem) => problem !== undefined);
}
