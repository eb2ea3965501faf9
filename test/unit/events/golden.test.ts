import { readdirSync, readFileSync } from 'node:fs';
import { fromJson as decode, toJson as encode, type JsonValue } from '@bufbuild/protobuf';
import { afterAll, describe, expect, it } from 'vitest';
import { ValueSchema } from '../../../src/gen/autokitteh/values/v1/values_pb.js';
import { isBotsDoing } from '../../../src/events/actor.js';
import { defaultAck } from '../../../src/events/answers.js';
import { classify } from '../../../src/events/classify.js';
import { toEvent } from '../../../src/events/mapping.js';
import { frameOf, frameText } from './frames.js';

interface Golden {
  frame: string;
  ack_payload?: unknown;
  dispatched: { event_type: string; data: Fields; memo: Record<string, string> }[];
}

/** A value in protobuf's JSON: `{kind: content}`. */
type Wire = Record<string, Record<string, unknown>>;
type Fields = Record<string, Wire>;

/** Every difference from what the built-in dispatched that is meant; any other fails. */
const DEVIATIONS = [
  {
    what: /^memo$/,
    why: 'a row is looked up by its memo after a crash; the built-in writes none',
  },
  {
    what: /^more: data\.slack_envelope$/,
    why: 'what Slack sent around the event, which the built-in drops',
  },
  {
    what: /^more: .*\.(?:response_urls|previous_name|shared_team_ids|pending_connected_team_ids)$/,
    why: 'Slack’s own spelling beside the one that the built-in misspells',
  },
  {
    what: /^sent: /,
    why: 'a key that Slack sent and the built-in drops',
  },
] as const;

/** The bot that the frames were sent to. */
const BOT = { appId: 'A07SYNTH01', botUserId: 'U07SYNBOT1', botId: 'B07SYNBOT1' };

const GOLDEN = new URL('../../data/golden/', import.meta.url);
const goldens = readdirSync(GOLDEN)
  .filter((file) => file !== 'index.json')
  .map((file) => JSON.parse(readFileSync(new URL(file, GOLDEN), 'utf8')) as Golden);

/** How `ours` differs from `theirs`; `sent` is what Slack sent in this place. */
function differences(theirs: Wire, ours: Wire | undefined, sent: unknown, path: string): string[] {
  const kind = Object.keys(theirs)[0]!;
  if (ours === undefined) return [`missing: ${path}`];
  if (Object.keys(ours).join() !== kind)
    return [`kind: ${path}: ${kind} expected, ${Object.keys(ours).join()} found`];
  const [their, our] = [theirs[kind]!, ours[kind]!];
  if (kind === 'list') {
    const [vs, ourVs] = [(their['vs'] ?? []) as Wire[], (our['vs'] ?? []) as Wire[]];
    if (vs.length !== ourVs.length) return [`items: ${path}: ${vs.length} expected, ${ourVs.length} found`];
    const items = Array.isArray(sent) ? (sent as unknown[]) : [];
    return vs.flatMap((item, index) => differences(item, ourVs[index], items[index], `${path}[${index}]`));
  }
  if (kind === 'struct') {
    const ctor = differences(their['ctor'] as Wire, our['ctor'] as Wire, undefined, `${path}()`);
    return [...ctor, ...members(their['fields'] as Fields, our['fields'] as Fields, sent, path)];
  }
  if (kind === 'dict') return members(entries(their), entries(our), sent, path);
  return JSON.stringify(their) === JSON.stringify(our)
    ? []
    : [`value: ${path}: ${JSON.stringify(their)} expected, ${JSON.stringify(our)} found`];
}

function members(theirs: Fields, ours: Fields, sent: unknown, path: string): string[] {
  const source = (sent ?? {}) as Record<string, unknown>;
  const known = Object.entries(theirs).flatMap(([key, value]) =>
    differences(value, ours[key], source[key], `${path}.${key}`),
  );
  const more = Object.keys(ours)
    .filter((key) => !(key in theirs))
    .map((key) => (key in source && key !== 'token' ? `sent: ${path}.${key}` : `more: ${path}.${key}`));
  return [...known, ...more];
}

function entries(dict: Record<string, unknown>): Fields {
  const list = (dict['items'] ?? []) as { k: { string: { v?: string } }; v: Wire }[];
  return Object.fromEntries(list.map(({ k, v }) => [k.string.v ?? '', v]));
}

/** Through the one encoder, because others leave an empty string out where this one writes it. */
function encoded(fields: Record<string, unknown>, already: boolean): Fields {
  return Object.fromEntries(
    Object.entries(fields).map(([key, value]) => {
      const message = already ? (value as never) : decode(ValueSchema, value as JsonValue);
      return [key, encode(ValueSchema, message) as unknown as Wire];
    }),
  );
}

describe('The mapping beside the built-in integration’s', () => {
  const used = new Set<number>();

  it('Every synthetic frame has a record of what the built-in integration did with it', () => {
    const frames = readdirSync(new URL('../../data/payloads/', import.meta.url)).filter(
      (file) => !/^(?:index|ack|frame)\b/.test(file),
    );
    expect(goldens.map(({ frame }) => frame).sort()).toEqual(frames.sort());
  });

  it.each(goldens.filter((golden) => golden.dispatched.length > 0))(
    'In the frame $frame user code finds each key with the same kind, constructor and value',
    (golden) => {
      const [theirs] = golden.dispatched as [Golden['dispatched'][0]];
      const mapped = toEvent(frameText(golden.frame), { appId: 'A07SYNTH01', key: 'k' });
      const payload = frameOf(golden.frame).payload;
      const found = members(
        encoded(theirs.data, false),
        encoded(mapped.data, true),
        payload['event'] ?? payload,
        'data',
      );
      if (JSON.stringify(mapped.memo) !== JSON.stringify(theirs.memo)) found.push('memo');
      const unexpected = found.filter((difference) => {
        const index = DEVIATIONS.findIndex(({ what }) => what.test(difference));
        used.add(index);
        return index === -1;
      });
      expect(unexpected).toEqual([]);
      expect(mapped.eventType).toBe(theirs.event_type);
    },
  );

  afterAll(() => {
    // A deviation that no frame shows any more is to be struck from the list.
    expect([...used].sort((one, other) => one - other)).toEqual(DEVIATIONS.map((_, index) => index));
  });

  it.each(goldens)('The frame $frame is dropped only if it is the app’s own', (golden) => {
    const found = classify(frameOf(golden.frame));
    if (found.drop !== undefined) throw new Error(`dropped as ${found.drop}`);
    const isOwn = found.actor !== undefined && isBotsDoing(found.actor, BOT);
    expect(isOwn).toBe(golden.frame === 'message.own_bot_echo.json');
  });

  it.each(goldens)('The frame $frame is acknowledged with the same payload', (golden) => {
    expect(defaultAck(frameOf(golden.frame))).toEqual(golden.ack_payload);
  });
});
