import { timestampDate, timestampMs } from '@bufbuild/protobuf/wkt';
import type { Value } from '../../gen/autokitteh/values/v1/values_pb.js';
import type { JsonObject, JsonValue } from '../../core/json.js';

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
    return Object.fromEntries(value.dict.items.map(({ k, v }) => [keyText(k), v ? valueToJson(v) : null]));
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

/** A dict's key as the key of a JSON object. */
export function keyText(key: Value | undefined): string {
  const json = key ? valueToJson(key) : null;
  return typeof json === 'string' ? json : JSON.stringify(json);
}
