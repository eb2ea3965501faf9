import { create, toBinary } from '@bufbuild/protobuf';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { OutgoingEvent } from '../../../src/autokitteh/dispatch-encoding.js';
import { encodeDispatch } from '../../../src/autokitteh/dispatch-encoding.js';
import {
  boolean,
  dict,
  integer,
  list,
  NOTHING,
  number,
  string,
  struct,
  symbol,
  type Value,
} from '../../../src/autokitteh/values.js';
import { DispatchRequestSchema } from '../../../src/gen/autokitteh/dispatcher/v1/dispatcher_pb.js';

function encodedByTheLibrary(event: OutgoingEvent): Uint8Array {
  const { data, memo } = event;
  const request = { event: { ...event, data: { ...data }, memo: { ...memo } } };
  return toBinary(DispatchRequestSchema, create(DispatchRequestSchema, request));
}

function event(data: Record<string, Value>): OutgoingEvent {
  return { destinationId: 'con_1', eventType: 'message', data, memo: { key: 'Ev1', time: '' } };
}

const seed = Math.floor(Math.random() * 2 ** 31);
console.log(`dispatch encoding: SEED=${seed}`);

const text = fc.string({ unit: 'binary' });
// The library loses a map's entry of that name; no mapped event has one.
const key = text.filter((name) => name !== '__proto__');
const { value: anyValue } = fc.letrec<{ value: Value }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    fc.constantFrom(
      NOTHING,
      string(''),
      integer(0n),
      number(-0),
      integer(-1n),
      integer(2n ** 80n),
      symbol('x'),
    ),
    text.map(string),
    fc.boolean().map(boolean),
    fc.double().map(number),
    fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }).map(integer),
    fc.array(tie('value'), { maxLength: 4 }).map(list),
    fc.array(fc.tuple(text, tie('value')), { maxLength: 4 }).map(dict),
    fc
      .dictionary(key, tie('value'), { maxKeys: 4, noNullPrototype: true })
      .map((fields) => struct(symbol('s'), fields)),
  ),
}));
const anyEvent = fc.record({
  destinationId: text,
  eventType: text,
  data: fc.dictionary(key, anyValue, { maxKeys: 5, noNullPrototype: true }),
  memo: fc.dictionary(key, text, { maxKeys: 5, noNullPrototype: true }),
});

describe('encodeDispatch', () => {
  it("The encoding of any event has the same bytes as the library's", () => {
    fc.assert(
      fc.property(anyEvent, (any) => {
        expect(Buffer.from(encodeDispatch(any))).toEqual(Buffer.from(encodedByTheLibrary(any)));
      }),
      { seed, numRuns: 500 },
    );
  });

  it('An encoded event stays as it is when another one is encoded', () => {
    const first = encodeDispatch(event({ text: string('first') }));
    const copy = Buffer.from(first);
    encodeDispatch(event({ text: string('other') }));
    expect(Buffer.from(first).equals(copy)).toBe(true);
  });

  it.each([0, 1, 47, 48, 49, 127, 128, 16_383, 16_384, 100_000, 2_100_000])(
    'A text of %d characters is encoded',
    (length) => {
      const long = event({ text: string('é'.repeat(length)) });
      expect(Buffer.from(encodeDispatch(long)).equals(encodedByTheLibrary(long))).toBe(true);
    },
  );

  it('A value of a form that no Slack event has is encoded', () => {
    const rare: Value = {
      $typeName: 'autokitteh.values.v1.Value',
      bytes: { $typeName: 'autokitteh.values.v1.Bytes', v: new Uint8Array([1, 2, 3]) },
    };
    const odd = event({ rare, empty: { $typeName: 'autokitteh.values.v1.Value' } });
    expect(Buffer.from(encodeDispatch(odd))).toEqual(Buffer.from(encodedByTheLibrary(odd)));
  });
});
