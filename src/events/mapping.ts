import { PluginError } from '../core/errors.js';
import { DEPTH } from '../autokitteh/values-json.js';
import { sizeOfData } from '../autokitteh/values-size.js';
import type { Value } from '../autokitteh/values.js';
import { parseExact } from './exact-json.js';
import { channelOf, innerEvent, Steps, type EventFrame, type InnerEvent } from './frame.js';
import { eventShape } from './shapes.js';
import { ENVELOPE_KEY, slackEnvelope } from './slack-envelope.js';
import { conflictEntries, mapMembers, type Mapping } from './struct-mapping.js';
import { isJsonObject, stringAt, type ExactJson, type ExactObject } from '../core/json.js';
import { isEnvelopeKind } from '../slack/envelope.js';

/** An event as AutoKitteh's dispatcher takes it. */
export interface MappedEvent {
  readonly eventType: string;
  /** Slack's id of the channel; empty if the event has none. */
  readonly channel: string;
  readonly data: Record<string, Value>;
  readonly memo: Record<string, string>;
}

/** What the journal knows of a frame besides its text. */
export interface MappingExtras {
  /** From the socket's hello. */
  readonly appId: string;
  /** As `classify` found it. */
  readonly key: string;
  /** Where a workflow can post the answer that goes into the acknowledgement. */
  readonly answerUrl?: string;
}

/** Bytes of an event's data. AutoKitteh takes about 1.5 MB, several times over; the rest is left for user code. */
export const SIZE_LIMIT = 512 * 1024;

/**
 * How an event over the limit is cut, in steps, until it fits: strings, lists and objects are shortened, deep nesting
 * left out; at last only the built-in's keys stay, and the scalars of the event itself. Ids are shorter than 512.
 */
const STEPS = [
  { depth: DEPTH, text: Infinity, members: Infinity, onlyKnown: false },
  { depth: 24, text: 16_384, members: 500, onlyKnown: false },
  { depth: 12, text: 4_096, members: 100, onlyKnown: false },
  { depth: 6, text: 1_024, members: 20, onlyKnown: false },
  { depth: 2, text: 512, members: 0, onlyKnown: true },
] as const;

/** An event that has grown beyond the limit need not be mapped to the end: no pass makes more than the limit. */
const SURELY_LARGE = new PluginError('bad_input', 'the event has too many values');

/**
 * The steps that mapping may take: a few for each member of the frame in each of the passes over it, and a member takes
 * two characters. More would be a fault of ours, and must not hold up everybody's events.
 */
const MOST_STEPS_FOR_A_CHARACTER = 10;
const MOST_STEPS_FOR_NOTHING = 1_000;

/** A frame of fewer characters cannot exceed the limit, even if it is all empty objects to be filled with zeros. */
const SURELY_SMALL = 4_096;

/**
 * What AutoKitteh is told of a frame: the keys of the built-in integration's event with its zero values, everything that
 * Slack sent over them, and Slack's envelope under one key. Rejects text that holds no event with `bad_input`.
 */
export function toEvent(
  frameText: string,
  extras: MappingExtras,
  steps = new Steps(MOST_STEPS_FOR_NOTHING + MOST_STEPS_FOR_A_CHARACTER * frameText.length),
): MappedEvent {
  const step = (): void => steps.take();
  const whole = parseObject(frameText, step);
  const frame = frameOf(whole, extras.appId);
  const inner = innerEvent(frame.kind, frame.payload);
  if (inner === undefined) throw new PluginError('bad_input', 'the frame holds no event');
  const channel = channelOf(inner.event);
  return {
    eventType: inner.eventType,
    channel,
    data: mapWithinLimit(whole, frame, inner, {
      answerUrl: extras.answerUrl ?? '',
      surelySmall: frameText.length <= SURELY_SMALL,
      step,
    }),
    memo: memoOf(frame, channel, extras),
  };
}

interface Bounds {
  readonly answerUrl: string;
  readonly surelySmall: boolean;
  readonly step: () => void;
}

function mapWithinLimit(
  whole: ExactObject,
  frame: EventFrame,
  inner: InnerEvent,
  bounds: Bounds,
): Record<string, Value> {
  let data: Record<string, Value> = {};
  const { answerUrl, step: count } = bounds;
  const told: InnerEvent = { eventType: inner.eventType, event: withoutToken(inner, frame) };
  for (const [number, step] of STEPS.entries()) {
    let bytes = 0;
    const grow = (more: number): void => {
      bytes += more;
      // What is left at last is sent.
      if (bytes > SIZE_LIMIT && number < STEPS.length - 1) throw SURELY_LARGE;
    };
    try {
      data = mapOnce(whole, frame, told, { step, isCut: number > 0, answerUrl, count, grow });
    } catch (error) {
      if (error === SURELY_LARGE) continue;
      throw error;
    }
    if (bounds.surelySmall || sizeOfData(data) <= SIZE_LIMIT) break;
  }
  return data;
}

interface Pass {
  readonly step: (typeof STEPS)[number];
  readonly isCut: boolean;
  readonly answerUrl: string;
  /** Called for each value. */
  readonly count: () => void;
  /** Called with the bytes that they take at least. */
  readonly grow: (bytes: number) => void;
}

function mapOnce(
  whole: ExactObject,
  frame: EventFrame,
  inner: InnerEvent,
  { step, isCut, answerUrl, count, grow }: Pass,
): Record<string, Value> {
  let cut = isCut;
  const mapping: Mapping = {
    // The spread last: docs/architecture.md, "Avoiding promotion on the hot path".
    limits: { cut: () => (cut = true), step: count, grow, ...step },
    onlyKnown: step.onlyKnown,
    conflicts: [],
  };
  const { fields, others } = mapMembers(eventShape(inner.eventType), inner.event, mapping);
  for (const key of RESERVED) {
    const value = fields[key];
    if (value === undefined || !isReserved(key, value)) continue;
    others.push([key, value]);
    Reflect.deleteProperty(fields, key);
  }
  const conflicts = conflictEntries(mapping);
  const kept = step.onlyKnown ? [] : others;
  fields[ENVELOPE_KEY] = slackEnvelope(frame, whole, { conflicts, cut, others: kept, answerUrl });
  return fields;
}

const RESERVED = [ENVELOPE_KEY, 'body'] as const;

/** Python user code would take an object under `body` for an HTTP body and decode it. */
function isReserved(key: string, value: Value): boolean {
  return key === ENVELOPE_KEY || (key === 'body' && value.dict !== undefined);
}

/** Slack's verification token stands beside the event, and in it where there is no wrapper; it proves a sender. */
function withoutToken({ event }: InnerEvent, { payload }: EventFrame): ExactObject {
  if (event !== payload || !('token' in event)) return event;
  const { token: _, ...rest } = event;
  return rest;
}

// Slack's ids have about a dozen characters.
const LONGEST_ID = 64;

function memoOf(
  { envelopeId, payload }: EventFrame,
  channel: string,
  { appId, key }: MappingExtras,
): Record<string, string> {
  const time = payload['event_time'];
  return {
    slack_event_key: key,
    slack_app_id: appId,
    slack_envelope_id: envelopeId,
    slack_event_id: stringAt(payload, 'event_id'),
    slack_event_time: typeof time === 'number' ? String(time) : '',
    // The server lists events without their data.
    slack_channel: channel.length > LONGEST_ID ? '' : channel,
  };
}

function frameOf(whole: ExactObject, appId: string): EventFrame {
  const kind = stringAt(whole, 'type');
  const payload = whole['payload'];
  if (!isEnvelopeKind(kind) || !isJsonObject(payload)) {
    throw new PluginError('bad_input', 'the frame is not of a kind that holds an event');
  }
  return { kind, appId, envelopeId: stringAt(whole, 'envelope_id'), payload };
}

function parseObject(text: string, step: () => void): ExactObject {
  let json: ExactJson;
  try {
    json = parseExact(text, step);
  } catch (cause) {
    if (cause instanceof PluginError) throw cause;
    throw new PluginError('bad_input', 'the frame is not JSON', { cause });
  }
  if (!isJsonObject(json)) throw new PluginError('bad_input', 'the frame is not a JSON object');
  return json;
}
