import { PluginError } from '../core/errors.js';
import { isJsonObject, objectAt, stringAt, type ExactObject } from '../core/json.js';
import type { EnvelopeKind } from '../slack/envelope.js';

/** The part of a frame that says what happened and where. */
export interface EventFrame {
  readonly kind: EnvelopeKind;
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
export function innerEvent(kind: EnvelopeKind, payload: ExactObject): InnerEvent | undefined {
  if (kind === 'slash_commands') return { eventType: 'slash_command', event: payload };
  if (kind === 'interactive') return { eventType: 'interaction', event: payload };
  const event = payload['type'] === 'event_callback' || 'event' in payload ? payload['event'] : payload;
  if (!isJsonObject(event)) return undefined;
  const eventType = stringAt(event, 'type');
  return eventType === '' ? undefined : { eventType, event };
}

/** Slack's id of the channel that an event is about; empty if there is none. */
export function channelOf(event: ExactObject): string {
  return (
    idAt(event, 'channel') ||
    stringAt(event, 'channel_id') ||
    stringAt(objectAt(event, 'item'), 'channel') ||
    stringAt(objectAt(event, 'container'), 'channel_id')
  );
}

/** Some events have an id where others have the whole object. */
export function idAt(event: ExactObject, key: string): string {
  return stringAt(event, key) || stringAt(objectAt(event, key), 'id');
}

/** The work on one frame, counted: own code that takes more steps than a frame of its length can need is ended. */
export class Steps {
  #taken = 0;

  constructor(private readonly most: number) {}

  get taken(): number {
    return this.#taken;
  }

  /** Throws `bad_input` beyond the limit. */
  take(): void {
    this.#taken += 1;
    if (this.#taken > this.most)
      throw new PluginError('bad_input', `mapping the frame takes more than ${this.most} steps`);
  }
}
