import { isExactObject, type ExactObject } from '../autokitteh/values-json.js';

/** What Slack sends over a socket and workflows may see. */
export type FrameKind = 'events_api' | 'interactive' | 'slash_commands';

/** The part of a frame that says what happened and where. */
export interface EventFrame {
  readonly kind: FrameKind;
  /** From the socket's hello: the payload of many interactions does not name its app. */
  readonly appId: string;
  readonly envelopeId: string;
  readonly payload: ExactObject;
}

/** The event inside a frame: its type in AutoKitteh and the object whose keys become the data. */
export interface InnerEvent {
  readonly eventType: string;
  readonly event: ExactObject;
}

/**
 * The event inside a frame, or undefined if there is none. Slack sends some notices (`app_rate_limited`) in the place of
 * the wrapper, without an inner event: their type and data are the payload's.
 */
export function innerEvent(kind: FrameKind, payload: ExactObject): InnerEvent | undefined {
  if (kind === 'slash_commands') return { eventType: 'slash_command', event: payload };
  if (kind === 'interactive') return { eventType: 'interaction', event: payload };
  const event = payload['type'] === 'event_callback' || 'event' in payload ? payload['event'] : payload;
  if (!isExactObject(event)) return undefined;
  const eventType = textAt(event, 'type');
  return eventType === '' ? undefined : { eventType, event };
}

/** The object under `key`, if it is one. */
export function exactObjectAt(object: ExactObject | undefined, key: string): ExactObject | undefined {
  const value = object?.[key];
  return isExactObject(value) ? value : undefined;
}

/** The string under `key`, or an empty one. */
export function textAt(object: ExactObject | undefined, key: string): string {
  const value = object?.[key];
  return typeof value === 'string' ? value : '';
}
