import type { JsonObject } from '../../../core/json.js';
import type { Draft } from '../frames/draft.js';

/** Makes the text of the `sequence`-th envelope of a run; all that differs is the ids. */
export type Template = (sequence: number) => string;

/** `b1a57000-0001-4000-8000-…`: what says "of a blast", the run, and then the sequence number. */
const MARK = 'b1a57000-';
const SEQUENCE_DIGITS = 12;
const ENVELOPE_SLOT = '@envelope@';
const EVENT_SLOT = '@event@';
const ID_LENGTH = 36;

/** The part of an envelope_id that all of one run share. */
export function runPrefix(run: number): string {
  return `${MARK}${run.toString(16).padStart(4, '0')}-4000-8000-`;
}

/** Prepares an envelope whose envelope_id and event_id (or trigger_id) are different each time. */
export function prepare(draft: Draft, run: number): Template {
  const prefix = runPrefix(run);
  const payload: JsonObject = { ...draft.payload };
  for (const name of ['event_id', 'trigger_id']) if (name in payload) payload[name] = EVENT_SLOT;
  const text = JSON.stringify({
    envelope_id: ENVELOPE_SLOT,
    payload,
    type: draft.kind,
    accepts_response_payload: draft.acceptsResponsePayload,
    ...(draft.kind === 'events_api' ? { retry_attempt: 0, retry_reason: '' } : {}),
  });
  const [head = '', rest = ''] = text.split(ENVELOPE_SLOT);
  const [middle = '', tail] = rest.split(EVENT_SLOT);
  return (sequence) => {
    const digits = sequence.toString(16).padStart(SEQUENCE_DIGITS, '0');
    const start = `${head}${prefix}${digits}${middle}`;
    return tail === undefined ? start : `${start}EvB${run}X${digits}${tail}`;
  };
}

const FIELD = '"envelope_id":"';

/** The sequence number that an acknowledgement is for, if it is for one of that run. */
export function sequenceOf(text: string, prefix: string): number | undefined {
  const at = text.indexOf(FIELD) + FIELD.length;
  if (at < FIELD.length || !text.startsWith(prefix, at)) return undefined;
  return Number.parseInt(text.slice(at + prefix.length, at + ID_LENGTH), 16);
}
