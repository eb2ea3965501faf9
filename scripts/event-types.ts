import { isJsonObject, type JsonObject, type JsonValue } from '../src/core/json.js';
import { EVENTS, STRUCTS } from '../src/events/built-in-shapes.js';
import { ENVELOPE_KEY } from '../src/events/slack-envelope.js';
import type { Sample } from './author-samples.js';

/** What a key of an event holds. `dict` is an object of any keys, `any` is not known. */
export type Held =
  | { readonly t: 'string' | 'boolean' | 'integer' | 'float' | 'dict' | 'any' }
  | { readonly t: 'list'; readonly of: Held }
  /** `null` where Slack sent none. */
  | { readonly t: 'object'; readonly name: string };

/** A key, and whether every event of its type has it. */
export interface Key {
  readonly held: Held;
  readonly required: boolean;
}

/** An object of events, or the whole data of one type. */
export interface ObjectType {
  readonly name: string;
  /** The type whose data it is; absent for objects inside. */
  readonly eventType: string | undefined;
  readonly keys: ReadonlyMap<string, Key>;
}

const ENVELOPE = 'SlackEnvelope';
const ANY: Held = { t: 'any' };

/**
 * The types of all events: the shapes of the built-in integration, and the keys beyond them that the samples have. Objects
 * come before the events that hold them.
 */
export function eventTypes(samples: readonly Sample[]): ObjectType[] {
  const used = new Map<string, Map<string, Key>>();
  const inside = (name: string): Map<string, Key> => {
    const known = used.get(name);
    if (known !== undefined) return known;
    const keys = shapeKeys(name);
    used.set(name, keys);
    for (const { held } of keys.values()) {
      const object = held.t === 'list' ? held.of : held;
      if (object.t === 'object') inside(object.name);
    }
    return keys;
  };

  /** Adds what the sample has beyond the shape, in this object and in those in it. */
  const learn = (keys: Map<string, Key>, json: JsonObject): void => {
    for (const [key, value] of Object.entries(json)) {
      if (key === ENVELOPE_KEY) continue;
      const known = keys.get(key);
      if (known?.required !== true) {
        const seen = heldBy(value);
        keys.set(key, { held: known === undefined ? seen : common(known.held, seen), required: false });
        continue;
      }
      const { held } = known;
      const [object, values] = held.t === 'list' ? [held.of, value as JsonValue[]] : [held, [value]];
      if (object.t !== 'object') continue;
      for (const each of values) if (isJsonObject(each)) learn(inside(object.name), each);
    }
  };

  const events = new Map<string, Map<string, Key>>();
  for (const [eventType, name] of Object.entries(EVENTS)) {
    const keys = shapeKeys(name);
    events.set(eventType, keys);
    for (const { held } of keys.values()) {
      const object = held.t === 'list' ? held.of : held;
      if (object.t === 'object') inside(object.name);
    }
  }
  const envelope = new Map<string, Key>();
  for (const { eventType, data } of samples) {
    const keys = events.get(eventType) ?? new Map<string, Key>();
    events.set(eventType, keys);
    learn(keys, data);
    for (const [key, value] of Object.entries(data[ENVELOPE_KEY] as JsonObject)) {
      const known = envelope.get(key)?.held;
      const seen = heldBy(value);
      envelope.set(key, { held: known === undefined ? seen : common(known, seen), required: true });
    }
  }
  for (const keys of events.values())
    keys.set(ENVELOPE_KEY, { held: { t: 'object', name: ENVELOPE }, required: true });
  return [
    { name: ENVELOPE, eventType: undefined, keys: envelope },
    ...[...used].map(([name, keys]) => ({ name, eventType: undefined, keys })),
    ...[...events].map(([eventType, keys]) => ({ name: `${camelCase(eventType)}Event`, eventType, keys })),
  ];
}

function shapeKeys(name: string): Map<string, Key> {
  const keys = new Map<string, Key>();
  for (const entry of (STRUCTS[name] ?? '').trim().split(/\s+/)) {
    const [names = '', kind = 'string'] = entry.split(':');
    for (const key of names.split('/')) keys.set(key, { held: heldAs(kind), required: true });
  }
  return keys;
}

function heldAs(kind: string): Held {
  const element = /^list<(.+)>$/.exec(kind)?.[1];
  if (element !== undefined) return { t: 'list', of: heldAs(element) };
  switch (kind) {
    case 'string':
    case 'boolean':
    case 'integer':
    case 'float':
    case 'dict':
      return { t: kind };
    default:
      return { t: 'object', name: kind };
  }
}

function heldBy(value: JsonValue | undefined): Held {
  if (Array.isArray(value)) {
    const [first = ANY, ...others] = value.map(heldBy);
    return { t: 'list', of: others.reduce(common, first) };
  }
  if (value === null || value === undefined) return ANY;
  switch (typeof value) {
    case 'string':
    case 'boolean':
      return { t: typeof value as 'string' | 'boolean' };
    case 'number':
      return { t: Number.isInteger(value) ? 'integer' : 'float' };
    default:
      return { t: 'dict' };
  }
}

/** What both may be: a `list` of nothing takes the other's elements. */
function common(one: Held, other: Held): Held {
  if (one.t === 'list' && other.t === 'list') {
    if (one.of.t === 'any') return other;
    return other.of.t === 'any' ? one : { t: 'list', of: common(one.of, other.of) };
  }
  return one.t === other.t ? one : ANY;
}

function camelCase(name: string): string {
  return name.replace(/(?:^|_)(.)/g, (_, letter: string) => letter.toUpperCase());
}
