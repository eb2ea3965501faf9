import {
  dict,
  FALSE,
  integer,
  list,
  NOTHING,
  string,
  struct,
  symbol,
  type Value,
} from '../autokitteh/values.js';
import { sizeOf } from '../autokitteh/values-size.js';
import { EVENTS, STRUCTS } from './built-in-shapes.js';

/** What a key of the built-in's structs holds. */
export type Kind =
  | { readonly t: 'string' | 'boolean' | 'integer' | 'float' | 'dict' }
  | { readonly t: 'list'; readonly of?: Shape }
  | { readonly t: 'struct'; readonly shape: Shape };

/** One key of a struct. */
interface Field {
  /** The key that the built-in emits and, where that one is misspelt, Slack's own. */
  readonly keys: readonly string[];
  readonly kind: Kind;
}

/** One struct of the built-in's events. */
export interface Shape {
  readonly ctor: Value;
  /** By each of the field's keys. */
  readonly fields: ReadonlyMap<string, Field>;
  /** The value of each key that Slack did not send. */
  readonly zeros: Readonly<Record<string, Value>>;
  /** Bytes on the wire of the struct with its zero values; no other value takes less than a zero one. */
  readonly leastBytes: number;
}

type Scalar = 'string' | 'boolean' | 'integer' | 'float' | 'dict';

const ZEROS: Readonly<Record<Scalar | 'list' | 'struct', Value>> = {
  string: string(''),
  boolean: FALSE,
  integer: integer(0n),
  // The built-in makes an integer of a float without a fraction.
  float: integer(0n),
  dict: dict([]),
  list: list([]),
  struct: NOTHING,
};

const SHAPES = compile();

/** The struct of the built-in's events of this type, if it has one. */
export function eventShape(eventType: string): Shape | undefined {
  return SHAPES.get(eventType);
}

/** Reads the table of structs into shapes by event type. */
function compile(): ReadonlyMap<string, Shape> {
  const shapes = new Map<string, Shape>();

  const shapeOf = (name: string): Shape => {
    const known = shapes.get(name);
    if (known !== undefined) return known;
    const fields = new Map<string, Field>();
    const shape = { ctor: symbol(name), fields, zeros: {}, leastBytes: 0 };
    // Before its fields are read: a message holds messages.
    shapes.set(name, shape);
    for (const entry of (STRUCTS[name] ?? '').trim().split(/\s+/)) {
      const [names = '', kindName = 'string'] = entry.split(':');
      const keys = names.split('/');
      const kind = kindOf(kindName);
      for (const key of keys) {
        fields.set(key, { keys, kind });
      }
    }
    // Not assigned one by one: V8 makes a hash table of such an object, which takes a hundred times as long to copy.
    shape.zeros = Object.fromEntries([...fields].map(([key, { kind }]) => [key, ZEROS[kind.t]]));
    shape.leastBytes = sizeOf(struct(shape.ctor, shape.zeros));
    return shape;
  };

  const kindOf = (name: string): Kind => {
    const element = /^list<(.+)>$/.exec(name)?.[1];
    if (element === undefined) return isScalar(name) ? { t: name } : { t: 'struct', shape: shapeOf(name) };
    return element in STRUCTS ? { t: 'list', of: shapeOf(element) } : { t: 'list' };
  };

  return new Map(Object.entries(EVENTS).map(([eventType, name]) => [eventType, shapeOf(name)]));
}

function isScalar(name: string): name is Scalar {
  return ['string', 'boolean', 'integer', 'float', 'dict'].includes(name);
}
