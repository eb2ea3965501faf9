import type { Clock } from '../core/clock.js';
import { cutText } from '../core/text.js';
import { isJsonObject, numberAt, objectAt, stringAt, type JsonObject } from '../core/json.js';

/** What Slack wraps in an envelope and wants acknowledged within 3 s. Slack: Socket Mode, "Events". */
export type EnvelopeKind = 'events_api' | 'interactive' | 'slash_commands';

/**
 * What became of an acknowledgement: sent on the socket that brought the envelope, on another one of the app, or not at all.
 * Slack confirms none of them.
 */
export type Acknowledged = 'sent' | 'sent_elsewhere' | 'lost';

/** The socket that brings envelopes, and what acknowledges them. */
export interface EnvelopeSource {
  readonly appId: string;
  readonly socketId: string;
  readonly clock: Pick<Clock, 'now'>;
  readonly acknowledger: {
    /** Never rejects. */
    acknowledge(envelope: Envelope, payload: JsonObject | undefined): Promise<Acknowledged>;
  };
}

/** One frame that wants an acknowledgement, and can send it. */
export class Envelope {
  readonly kind: EnvelopeKind;
  readonly envelopeId: string;
  /** From the socket's hello: the authority for routing. Payloads of shortcuts do not name their app at all. */
  readonly appId: string;
  readonly socketId: string;
  /** Whether Slack reads a payload in the acknowledgement. Differs within one kind: read it, never assume. */
  readonly acceptsResponsePayload: boolean;
  /** 0 for a first delivery. Only `events_api` is sent again. */
  readonly retryAttempt: number;
  readonly retryReason: string;
  readonly payload: JsonObject;
  /** The whole frame as received. */
  readonly text: string;
  /** When it was received, milliseconds since 1970. */
  readonly receivedAt: number;
  readonly #source: EnvelopeSource;

  constructor(
    { kind, envelopeId, payload, text }: Pick<Envelope, 'kind' | 'envelopeId' | 'payload' | 'text'>,
    frame: JsonObject,
    source: EnvelopeSource,
  ) {
    this.kind = kind;
    this.envelopeId = envelopeId;
    this.appId = source.appId;
    this.socketId = source.socketId;
    this.acceptsResponsePayload = frame['accepts_response_payload'] === true;
    this.retryAttempt = countAt(frame, 'retry_attempt');
    this.retryReason = stringAt(frame, 'retry_reason');
    this.payload = payload;
    this.text = text;
    this.receivedAt = source.clock.now();
    this.#source = source;
  }

  /** Sends the acknowledgement, on the socket that brought the envelope or on another one of its app. Never rejects. */
  acknowledge(payload?: JsonObject): Promise<Acknowledged> {
    return this.#source.acknowledger.acknowledge(this, payload);
  }
}

/** Slack's first frame on a socket that it accepted. */
export interface Hello {
  /** The app that this socket belongs to; empty if Slack did not say. */
  readonly appId: string;
  /** Sockets of this app that Slack has on its books, this one among them; 0 if it did not say. */
  readonly connections: number;
  /** Milliseconds after which Slack means to close this socket. */
  readonly lifetimeMs: number;
}

/** Why a frame was not understood. Each is counted; none is an error. */
export type BadFrame =
  'not_json' | 'not_an_object' | 'too_large' | 'binary' | 'no_envelope_id' | 'no_payload';

/** Every text that can arrive, as one of these. */
export type Frame =
  | { readonly t: 'hello'; readonly hello: Hello }
  | { readonly t: 'disconnect'; readonly reason: string; readonly connections: number }
  | { readonly t: 'envelope'; readonly envelope: Envelope }
  /** A type that Slack may have added since; `type` is shortened. */
  | { readonly t: 'unknown'; readonly type: string }
  | { readonly t: 'bad'; readonly why: BadFrame };

/**
 * Bytes of a frame. Slack documents no limit; its largest payloads (views, messages with blocks) stay well below 1 MB. A
 * longer one is counted and dropped unparsed, so that it cannot hold the event loop for everybody.
 */
export const LONGEST_FRAME = 1024 * 1024;

// Slack's documentation shows 3600 s, every capture 18060 s. The smaller one is the safe assumption.
const ASSUMED_LIFETIME_MS = 3_600_000;

const KINDS: ReadonlySet<string> = new Set<EnvelopeKind>(['events_api', 'interactive', 'slash_commands']);

/** Understands one text frame. Never throws. */
export function parseFrame(text: string, source: EnvelopeSource): Frame {
  if (isTooLong(text)) return { t: 'bad', why: 'too_large' };
  let frame: unknown;
  try {
    frame = JSON.parse(text);
  } catch {
    return { t: 'bad', why: 'not_json' };
  }
  if (!isJsonObject(frame)) return { t: 'bad', why: 'not_an_object' };
  const type = stringAt(frame, 'type');
  if (type === 'hello') return { t: 'hello', hello: parseHello(frame) };
  if (type === 'disconnect') {
    return {
      t: 'disconnect',
      reason: cutText(stringAt(frame, 'reason'), 64),
      connections: countAt(frame, 'num_connections'),
    };
  }
  if (isEnvelopeKind(type)) return parseEnvelope(type, frame, text, source);
  return { t: 'unknown', type: cutText(type, 64) };
}

/** The text that acknowledges `envelopeId`. Slack: "Acknowledging events". */
export function acknowledgement(envelopeId: string, payload?: JsonObject): string {
  return JSON.stringify(
    payload === undefined ? { envelope_id: envelopeId } : { envelope_id: envelopeId, payload },
  );
}

function parseHello(frame: JsonObject): Hello {
  const seconds = numberAt(objectAt(frame, 'debug_info'), 'approximate_connection_time');
  return {
    appId: stringAt(objectAt(frame, 'connection_info'), 'app_id'),
    connections: countAt(frame, 'num_connections'),
    lifetimeMs: seconds > 0 ? seconds * 1000 : ASSUMED_LIFETIME_MS,
  };
}

function parseEnvelope(kind: EnvelopeKind, frame: JsonObject, text: string, source: EnvelopeSource): Frame {
  const envelopeId = stringAt(frame, 'envelope_id');
  if (envelopeId === '') return { t: 'bad', why: 'no_envelope_id' };
  const payload = objectAt(frame, 'payload');
  if (payload === undefined) return { t: 'bad', why: 'no_payload' };
  return { t: 'envelope', envelope: new Envelope({ kind, envelopeId, payload, text }, frame, source) };
}

/** Whether a frame of this `type` holds an event. */
export function isEnvelopeKind(type: string): type is EnvelopeKind {
  return KINDS.has(type);
}

/** No character takes more than three bytes for each of its UTF-16 units. */
function isTooLong(text: string): boolean {
  return 3 * text.length > LONGEST_FRAME && Buffer.byteLength(text) > LONGEST_FRAME;
}

function countAt(object: JsonObject | undefined, key: string): number {
  return Math.max(0, Math.trunc(numberAt(object, key)));
}
