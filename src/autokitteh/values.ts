import type { Function as FunctionDescription } from '../gen/autokitteh/module/v1/module_pb.js';
import type { Value } from '../gen/autokitteh/values/v1/values_pb.js';

export type { Value };

/*
 * Builders for AutoKitteh values. They make plain objects of the generated types, because the library's `create` takes
 * about fifty times as long, and an event has hundreds of values. A value, once made, is never changed: some are shared.
 */

/** Names of struct fields, functions and top-level keys: AutoKitteh's event workflow wedges on any other. */
const SYMBOL = /^[a-zA-Z_]\w*$/;

/** Whether AutoKitteh takes `name` as a symbol. `__proto__` is one for AutoKitteh, but no usable key in JavaScript. */
export function isSymbol(name: string): boolean {
  return SYMBOL.test(name) && name !== '__proto__';
}

const LOWEST_INT64 = -(2n ** 63n);
const HIGHEST_INT64 = 2n ** 63n - 1n;

/** None, null, nil. */
export const NOTHING: Value = {
  $typeName: 'autokitteh.values.v1.Value',
  nothing: { $typeName: 'autokitteh.values.v1.Nothing' },
};

export const TRUE: Value = {
  $typeName: 'autokitteh.values.v1.Value',
  boolean: { $typeName: 'autokitteh.values.v1.Boolean', v: true },
};

export const FALSE: Value = {
  $typeName: 'autokitteh.values.v1.Value',
  boolean: { $typeName: 'autokitteh.values.v1.Boolean', v: false },
};

export function boolean(v: boolean): Value {
  return v ? TRUE : FALSE;
}

export function string(v: string): Value {
  return {
    $typeName: 'autokitteh.values.v1.Value',
    string: { $typeName: 'autokitteh.values.v1.String', v },
  };
}

/** An integer of any size: within 64 bits an `integer`, else a `big_integer`. */
export function integer(v: bigint): Value {
  if (v < LOWEST_INT64 || v > HIGHEST_INT64) {
    return {
      $typeName: 'autokitteh.values.v1.Value',
      bigInteger: { $typeName: 'autokitteh.values.v1.BigInteger', v: v.toString() },
    };
  }
  return {
    $typeName: 'autokitteh.values.v1.Value',
    integer: { $typeName: 'autokitteh.values.v1.Integer', v },
  };
}

/** A number: `integer` if it is one exactly, else `float`; `nothing` for NaN and infinities, which wedge AutoKitteh. */
export function number(v: number): Value {
  if (Number.isSafeInteger(v)) return integer(BigInt(v));
  if (!Number.isFinite(v)) return NOTHING;
  return {
    $typeName: 'autokitteh.values.v1.Value',
    float: { $typeName: 'autokitteh.values.v1.Float', v },
  };
}

export function list(vs: Value[]): Value {
  return { $typeName: 'autokitteh.values.v1.Value', list: { $typeName: 'autokitteh.values.v1.List', vs } };
}

/** A dictionary with string keys. The caller sees to it that no key comes twice. */
export function dict(entries: Iterable<readonly [string, Value]>): Value {
  const items: NonNullable<Value['dict']>['items'] = [];
  for (const [key, v] of entries) {
    items.push({ $typeName: 'autokitteh.values.v1.Dict.Item', k: string(key), v });
  }
  return {
    $typeName: 'autokitteh.values.v1.Value',
    dict: { $typeName: 'autokitteh.values.v1.Dict', items },
  };
}

export function symbol(name: string): Value {
  return {
    $typeName: 'autokitteh.values.v1.Value',
    symbol: { $typeName: 'autokitteh.values.v1.Symbol', name },
  };
}

/** A struct with the constructor `ctor` (a symbol value). The caller sees to it that all field names are symbols. */
export function struct(ctor: Value, fields: Record<string, Value>): Value {
  return {
    $typeName: 'autokitteh.values.v1.Value',
    struct: { $typeName: 'autokitteh.values.v1.Struct', ctor, fields },
  };
}

/** A function that AutoKitteh calls back by `name`, with `data` sent along unchanged. */
export function functionValue(options: {
  executorId: string;
  name: string;
  data: Uint8Array;
  desc?: FunctionDescription;
}): Value {
  return {
    $typeName: 'autokitteh.values.v1.Value',
    function: { $typeName: 'autokitteh.values.v1.Function', flags: [], ...options },
  };
}
