import { readdirSync, readFileSync } from 'node:fs';
import { fromJson as decode, toJson as encode, type JsonValue } from '@bufbuild/protobuf';
import { describe, expect, it } from 'vitest';
import { ValueSchema } from '../../../src/gen/autokitteh/values/v1/values_pb.js';
import { toEvent } from '../../../src/events/mapping.js';
import { classify } from '../../../src/events/intake.js';
import { defaultAck } from '../../../src/events/answers.js';
import { frameOf, frameText } from './frames.js';

interface Golden {
  frame: string;
  ack_payload?: unknown;
  dispatched: { event_type: string; data: Record<string, JsonValue> }[];
}

type Wire = Record<string, Record<string, unknown>>;

/** Where our data has something else than the built-in's, and why. Keys that it lacks are no deviation. */
const DEVIATIONS: { frame: RegExp; path: RegExp; why: string }[] = [
  {
    frame: /^message\.previous_names$/,
    path: /previous_names$/,
    why: 'the built-in reads `previous_name`, which Slack does not send',
  },
];

const GOLDEN = new URL('../../data/golden/', import.meta.url);
const goldens = readdirSync(GOLDEN)
  .filter((file) => file !== 'index.json')
  .map((file) => JSON.parse(readFileSync(new URL(file, GOLDEN), 'utf8')) as Golden);

/** Where `ours` does not have what `theirs` has: same kinds, constructors and values; further keys are welcome. */
function differences(theirs: Wire, ours: Wire | undefined, path: string): string[] {
  const kind = Object.keys(theirs)[0]!;
  if (ours === undefined) return [`${path}: missing`];
  if (!(kind in ours)) return [`${path}: ${kind} expected, ${Object.keys(ours).join()} found`];
  const [their, our] = [theirs[kind]!, ours[kind]!];
  if (kind === 'list') {
    const [vs, ourVs] = [(their['vs'] ?? []) as Wire[], (our['vs'] ?? []) as Wire[]];
    if (vs.length !== ourVs.length) return [`${path}: ${vs.length} items expected, ${ourVs.length} found`];
    return vs.flatMap((item, index) => differences(item, ourVs[index], `${path}[${index}]`));
  }
  if (kind === 'struct') {
    const ctor = differences(their['ctor'] as Wire, our['ctor'] as Wire, `${path}()`);
    return [...ctor, ...missing(their['fields'] as Fields, our['fields'] as Fields, path)];
  }
  if (kind === 'dict') return missing(items(their), items(our), path);
  return JSON.stringify(their) === JSON.stringify(our)
    ? []
    : [`${path}: ${JSON.stringify(their)} expected, ${JSON.stringify(our)} found`];
}

type Fields = Record<string, Wire>;

function missing(theirs: Fields, ours: Fields, path: string): string[] {
  return Object.entries(theirs).flatMap(([key, value]) => differences(value, ours[key], `${path}.${key}`));
}

function items(dict: Record<string, unknown>): Fields {
  const list = (dict['items'] ?? []) as { k: { string: { v?: string } }; v: Wire }[];
  return Object.fromEntries(list.map(({ k, v }) => [k.string.v ?? '', v]));
}

describe('against what the built-in integration dispatched', () => {
  it('has a golden record for every frame with an event', () => {
    expect(goldens.length).toBeGreaterThan(45);
  });

  it.each(goldens.filter((golden) => golden.dispatched.length > 0))(
    '$frame: user code finds each key with the same kind and value',
    (golden) => {
      const mapped = toEvent(frameText(golden.frame), { appId: 'A07SYNTH01', key: 'k' });
      const theirs = golden.dispatched[0]!;
      expect(mapped.eventType).toBe(theirs.event_type);
      const ours = Object.fromEntries(
        Object.entries(mapped.data).map(([key, value]) => [
          key,
          encode(ValueSchema, value) as unknown as Wire,
        ]),
      );
      const expected = Object.fromEntries(
        // Through the same encoder, because it writes an empty string out where the other left it away.
        Object.entries(theirs.data).map(([key, value]) => [
          key,
          encode(ValueSchema, decode(ValueSchema, value)) as unknown as Wire,
        ]),
      );
      const found = missing(expected, ours, 'data').filter(
        (difference) =>
          !DEVIATIONS.some(
            ({ frame, path }) => frame.test(golden.frame) && path.test(difference.split(':')[0]!),
          ),
      );
      expect(found).toEqual([]);
    },
  );

  it.each(goldens)('$frame: is dropped where the built-in drops the app’s own event', (golden) => {
    const classified = classify(frameOf(golden.frame));
    expect(classified.drop === 'self').toBe(golden.frame === 'message.own_bot_echo.json');
    if (golden.dispatched.length > 0) expect(classified.drop).toBeUndefined();
  });

  it.each(goldens.filter((golden) => golden.ack_payload !== undefined))(
    '$frame: is answered with the same acknowledgement',
    (golden) => {
      expect(defaultAck(frameOf(golden.frame))).toEqual(golden.ack_payload);
    },
  );

  it.each(goldens.filter((golden) => golden.ack_payload === undefined))(
    '$frame: is acknowledged without a payload',
    (golden) => {
      expect(defaultAck(frameOf(golden.frame))).toBeUndefined();
    },
  );
});
