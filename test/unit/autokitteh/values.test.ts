import { create, equals, fromBinary, toBinary } from '@bufbuild/protobuf';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ValueSchema } from '../../../src/gen/autokitteh/values/v1/values_pb.js';
import { fromJson, structsFromJson, toJson } from '../../../src/autokitteh/values-json.js';
import { sizeOf, sizeOfData } from '../../../src/autokitteh/values-size.js';
import { invalidFields, invalidity, kindOf } from '../../../src/autokitteh/values-validity.js';
import {
  dict,
  functionValue,
  integer,
  isSymbol,
  list,
  NOTHING,
  number,
  string,
  struct,
  symbol,
  TRUE,
  type Value,
} from '../../../src/autokitteh/values.js';
import type { ExactJson } from '../../../src/core/json.js';

const seed = Math.floor(Math.random() * 2 ** 31);
console.log(`values: SEED=${seed}`);

describe('fromJson', () => {
  it.each<[ExactJson, keyof Value]>([
    [null, 'nothing'],
    [true, 'boolean'],
    ['x', 'string'],
    [0, 'integer'],
    [-0, 'integer'],
    [2 ** 53 - 1, 'integer'],
    [0.5, 'float'],
    [1e20, 'float'],
    [Number.NaN, 'nothing'],
    [Infinity, 'nothing'],
    [2n ** 63n - 1n, 'integer'],
    [-(2n ** 63n), 'integer'],
    [2n ** 63n, 'bigInteger'],
    [-(2n ** 63n) - 1n, 'bigInteger'],
    [[], 'list'],
    [{}, 'dict'],
  ])('JSON %s becomes a value of kind %s', (json, kind) => {
    expect(kindOf(fromJson(json))).toBe(kind);
  });

  it('A value keeps the order of the keys of its JSON', () => {
    const keys = fromJson({ b: 1, a: 2, c: 3 }).dict?.items.map(({ k }) => k?.string?.v);
    expect(keys).toEqual(['b', 'a', 'c']);
  });

  it('A value turned back into JSON equals the original', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (json) => {
        const back = toJson(fromJson(json));
        expect(back).toEqual(JSON.parse(JSON.stringify(json)));
      }),
      { seed, numRuns: 500 },
    );
  });
});

describe('structsFromJson', () => {
  it('JSON objects become structs where all keys are symbols, and dicts elsewhere', () => {
    const value = structsFromJson(
      { ok: true, list: [{ id: 'C1' }], map: { 'a-b': 1 }, empty: {} },
      symbol('r'),
    );
    expect(value.struct?.ctor?.symbol?.name).toBe('r');
    expect(value.struct?.fields['list']?.list?.vs[0]?.struct?.fields['id']?.string?.v).toBe('C1');
    expect(value.struct?.fields['map']?.dict?.items).toHaveLength(1);
    expect(value.struct?.fields['empty']?.dict?.items).toEqual([]);
    expect(invalidity(value)).toBeUndefined();
  });
});

describe('toJson', () => {
  const at = (init: object): Value => create(ValueSchema, init);

  it.each<[string, Value, unknown]>([
    [
      'a time in RFC 3339',
      at({ time: { v: { seconds: 1n, nanos: 500_000_000 } } }),
      '1970-01-01T00:00:01.500Z',
    ],
    ['a duration in nanoseconds', at({ duration: { v: { seconds: 2n, nanos: 5 } } }), 2_000_000_005],
    ['bytes in base64', at({ bytes: { v: new Uint8Array([1, 2]) } }), 'AQI='],
    ['a set as a list', at({ set: { vs: [integer(1n)] } }), [1]],
    ['a symbol as text', symbol('x'), 'x'],
    ['a long integer as text', integer(2n ** 62n), (2n ** 62n).toString()],
    ['a huge integer as text', integer(2n ** 70n), (2n ** 70n).toString()],
    ['NaN as null', at({ float: { v: Number.NaN } }), null],
    ['a struct as an object', struct(symbol('s'), { a: TRUE, b: NOTHING }), { a: true, b: null }],
    ['other keys as text', at({ dict: { items: [{ k: integer(1n), v: TRUE }] } }), { '1': true }],
    ['a custom value as what it stands for', at({ custom: { value: string('x') } }), 'x'],
    ['a function as null', functionValue({ executorId: 'i', name: 'f', data: new Uint8Array() }), null],
    ['an unset value as null', at({}), null],
  ])('The JSON of a value contains %s', (_, value, json) => {
    expect(toJson(value)).toEqual(json);
  });
});

describe('the values that are built', () => {
  const data = fc.letrec<{ value: Value }>((tie) => ({
    value: fc.oneof(
      { maxDepth: 4 },
      fc.constantFrom(NOTHING, TRUE, number(0), number(0.5), string(''), integer(2n ** 80n), symbol('x')),
      fc.string({ unit: 'binary' }).map(string),
      fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }).map(integer),
      fc.array(tie('value'), { maxLength: 3 }).map(list),
      fc.array(fc.tuple(fc.string({ minLength: 1 }), tie('value')), { maxLength: 3 }).map(dict),
      fc
        .dictionary(fc.constantFrom('a', 'b', 'c'), tie('value'))
        .map((fields) => struct(symbol('s'), fields)),
    ),
  }));

  it('Values survive the wire, and their computed size is right', () => {
    fc.assert(
      fc.property(data.value, (value) => {
        const bytes = toBinary(ValueSchema, value);
        expect(equals(ValueSchema, fromBinary(ValueSchema, bytes), value)).toBe(true);
        expect(sizeOf(value)).toBe(bytes.length);
      }),
      { seed, numRuns: 500 },
    );
  });

  it('The computed size of a value is exact for long contents too', () => {
    for (const length of [127, 128, 129, 16_383, 16_384, 300_000]) {
      const value = string('x'.repeat(length));
      expect(sizeOf(value)).toBe(toBinary(ValueSchema, value).length);
    }
    expect(sizeOfData({})).toBe(0);
  });
});

describe('invalidity', () => {
  const deep = (value: Value): Value => list([struct(symbol('s'), { a: dict([['k', value]]) })]);

  it.each<[string, Value]>([
    ['an unset value', create(ValueSchema, {})],
    ['two kinds', create(ValueSchema, { string: { v: 'x' }, nothing: {} })],
    ['NaN', create(ValueSchema, { float: { v: Number.NaN } })],
    ['a field that is not a valid identifier', struct(symbol('s'), { 'a-b': TRUE })],
    ['a struct without a constructor', create(ValueSchema, { struct: { fields: {} } })],
    ['a constructor that is not a valid identifier', struct(symbol('a b'), {})],
    [
      'a key twice',
      dict([
        ['a', TRUE],
        ['a', TRUE],
      ]),
    ],
    [
      'keys that become one on the wire',
      dict([
        ['\ud800', TRUE],
        ['\ud801', TRUE],
      ]),
    ],
    ['a key that is no string', create(ValueSchema, { dict: { items: [{ k: integer(1n), v: TRUE }] } })],
    ['an item without a value', create(ValueSchema, { dict: { items: [{ k: string('a') }] } })],
    ['a function', functionValue({ executorId: 'i', name: 'f', data: new Uint8Array() })],
  ])('The check of a value finds %s at any depth and says where it is', (_, value) => {
    expect(invalidity(value)).toBeDefined();
    expect(invalidity(deep(value))).toContain('value[0]["a"]["k"]');
    expect(invalidFields({ x: value })).toContain('data["x"]');
  });

  it('The check of a value finds a top-level key that is not a symbol', () => {
    expect(invalidFields({ 'bad-key': TRUE })).toBe('key "bad-key" of data is not a valid identifier');
    expect(invalidFields({ '': TRUE })).toBeDefined();
    expect(invalidFields({ good: deep(TRUE) })).toBeUndefined();
  });
});

describe('isSymbol', () => {
  it.each([
    ['a', true],
    ['_a1', true],
    ['A_b', true],
    ['1a', false],
    ['a-b', false],
    ['a b', false],
    ['é', false],
    ['a\n', false],
    ['', false],
    ['__proto__', false],
  ])('The symbol check of %j returns %s', (name, expected) => {
    expect(isSymbol(name)).toBe(expected);
  });
});
