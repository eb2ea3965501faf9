import { fromJson, limitMembers, stringFromJson, type Limits } from '../autokitteh/values-json.js';
import { boolean, dict, integer, isSymbol, list, number, struct, type Value } from '../autokitteh/values.js';
import type { Kind, Shape } from './shapes.js';
import { isJsonObject, type ExactJson, type ExactObject } from '../core/json.js';

/** What the mapping of one event is allowed, and what it could not put in its place. */
export interface Mapping {
  readonly limits: Limits;
  /** Only the built-in's keys, and scalars at the top: the last resort for an event that is far too large. */
  readonly onlyKnown: boolean;
  /** With its path: what Slack sent where the built-in has another JSON type. */
  readonly conflicts: (readonly [string, ExactJson])[];
}

/** The members of an object: those that can be fields, and those whose key is not a valid identifier. */
export interface Members {
  readonly fields: Record<string, Value>;
  readonly others: [string, Value][];
}

/** Slack's object over the zero values of its shape. `path` is the object's own, empty for the event. */
export function mapMembers(
  shape: Shape | undefined,
  object: ExactObject,
  mapping: Mapping,
  path = '',
  depth = 0,
): Members {
  // Before the zero values are filled in: three characters of Slack's can make a hundred bytes of them.
  if (shape !== undefined) mapping.limits.grow(shape.leastBytes);
  const fields: Record<string, Value> = { ...shape?.zeros };
  const others: [string, Value][] = [];
  const extras: string[] = [];
  for (const key of Object.keys(object)) {
    mapping.limits.step();
    const field = shape?.fields.get(key);
    if (field === undefined) {
      extras.push(key);
      continue;
    }
    const value = mapField(field.kind, object[key], mapping, path === '' ? key : `${path}.${key}`, depth);
    if (value !== undefined) for (const name of field.keys) fields[name] = value;
  }
  for (const key of limitExtras(extras, object, mapping, depth)) {
    mapping.limits.grow(key.length);
    const value = fromJson(object[key], mapping.limits, depth + 1);
    if (isSymbol(key)) fields[key] = value;
    else others.push([key, value]);
  }
  return { fields, others };
}

/** What could not be put in its place, as members of a dict. */
export function conflictEntries({ conflicts, limits }: Mapping): [string, Value][] {
  return conflicts.map(([path, json]) => [path, fromJson(json, limits, 2)]);
}

/** Keeps a conflict within the limits. */
function addConflict(path: string, json: ExactJson, { conflicts, limits, onlyKnown }: Mapping): void {
  if (onlyKnown || path.length > limits.text || conflicts.length >= limits.members) {
    limits.cut();
    return;
  }
  limits.grow(path.length);
  conflicts.push([path, json]);
}

/** What routes and identifies an event of any type: kept first. */
const IDENTITY: ReadonlySet<string> = new Set(
  (
    'type subtype user user_id channel channel_id team team_id ts event_ts thread_ts id file_id item_user ' +
    'bot_id callback_id action_ts message_ts trigger_id response_url'
  ).split(' '),
);

/** A few more scalars than any event of Slack's has at its top. */
const SCALARS_AT_THE_TOP = 50;

/** The keys unknown to the built-in that are kept; where there are too many, ids first, then other scalars. */
function limitExtras(keys: string[], object: ExactObject, mapping: Mapping, depth: number): string[] {
  const { limits, onlyKnown } = mapping;
  const short = keys.filter((key) => key.length <= limits.text);
  if (!onlyKnown && short.length <= limits.members) {
    if (short.length < keys.length) limits.cut();
    return short;
  }
  limits.cut();
  const rank = (key: string): number => (typeof object[key] === 'object' ? 2 : IDENTITY.has(key) ? 0 : 1);
  const ranked = [0, 1, 2].map((wanted) => short.filter((key) => rank(key) === wanted));
  if (!onlyKnown) return ranked.flat().slice(0, limits.members);
  return depth === 0 ? ranked.slice(0, 2).flat().slice(0, SCALARS_AT_THE_TOP) : [];
}

/** What Slack sent for a key that the built-in knows, or undefined where its zero value stays. */
function mapField(
  kind: Kind,
  json: ExactJson | undefined,
  mapping: Mapping,
  path: string,
  depth: number,
): Value | undefined {
  if (json === null || json === undefined) return undefined;
  const value = mapKind(kind, json, mapping, path, depth);
  if (value === undefined) addConflict(path, json, mapping);
  return value === 'zero' ? undefined : value;
}

function mapKind(
  kind: Kind,
  json: ExactJson,
  mapping: Mapping,
  path: string,
  depth: number,
): Value | 'zero' | undefined {
  switch (kind.t) {
    case 'string':
      return typeof json === 'string' ? stringFromJson(json, mapping.limits) : undefined;
    case 'boolean':
      return mapBoolean(json);
    case 'integer':
    case 'float':
      if (typeof json === 'bigint') return integer(json);
      return typeof json === 'number' && Number.isFinite(json) ? number(json) : undefined;
    case 'dict':
      return isJsonObject(json) ? fromJson(json, mapping.limits, depth + 1) : undefined;
    case 'list':
      return Array.isArray(json) ? mapList(kind.of, json, mapping, path, depth + 1) : undefined;
    case 'struct':
      return isJsonObject(json) ? mapStruct(kind.shape, json, mapping, path, depth + 1) : undefined;
    default:
      return kind satisfies never;
  }
}

/** Slack writes some flags as numbers (`is_moved`) and, in slash commands, as text. */
function mapBoolean(json: ExactJson): Value | undefined {
  if (json === true || json === 1 || json === 'true') return boolean(true);
  return json === false || json === 0 || json === 'false' ? boolean(false) : undefined;
}

function mapList(
  of: Shape | undefined,
  items: ExactJson[],
  mapping: Mapping,
  path: string,
  depth: number,
): Value | 'zero' {
  if (tooDeep(mapping, depth)) return 'zero';
  return list(
    limitMembers(items, mapping.limits).map((item, index) =>
      of !== undefined && isJsonObject(item) && !tooDeep(mapping, depth + 1)
        ? structOf(of, mapMembers(of, item, mapping, `${path}[${index}]`, depth + 1))
        : fromJson(item, mapping.limits, depth + 1),
    ),
  );
}

function mapStruct(
  shape: Shape,
  object: ExactObject,
  mapping: Mapping,
  path: string,
  depth: number,
): Value | 'zero' {
  if (tooDeep(mapping, depth)) return 'zero';
  return structOf(shape, mapMembers(shape, object, mapping, path, depth));
}

function tooDeep({ limits }: Mapping, depth: number): boolean {
  if (depth < limits.depth) return false;
  limits.cut();
  return true;
}

/** A struct, unless a key is not a valid identifier: AutoKitteh's event workflow would never end. */
function structOf(shape: Shape, { fields, others }: Members): Value {
  return others.length === 0 ? struct(shape.ctor, fields) : dict([...Object.entries(fields), ...others]);
}
