import { actorOf, type Actor } from './actor.js';
import { channelOf, idAt, innerEvent, type EventFrame, type InnerEvent } from './frame.js';
import { installationOf, type Installation } from './installation.js';
import { objectAt, stringAt, type ExactObject } from '../core/json.js';

/** Why a frame goes no further than its acknowledgement. */
interface Dropped {
  /** `malformed`: no event in it. `unroutable`: it names neither workspace nor organisation. */
  readonly drop: 'unroutable' | 'malformed';
}

/** What the journal needs to know about a frame. */
export interface Accepted {
  readonly drop?: undefined;
  readonly installation: Installation;
  /** The same for every delivery of one event, and different for different events, within the app. */
  readonly key: string;
  readonly eventType: string;
  /** Events of one conversation keep their order: the channel, else the user, else empty. */
  readonly conversation: string;
  /** A person waits for it, for three seconds: interactions and slash commands. */
  readonly urgent: boolean;
  /** Who did it, if an event says so; interactions and slash commands are always a person's. */
  readonly actor: Actor | undefined;
}

export type Classified = Dropped | Accepted;

/** What to do with a frame, in a few microseconds: no values are built. Never throws. */
export function classify(frame: EventFrame): Classified {
  const inner = innerEvent(frame.kind, frame.payload);
  if (inner === undefined) return { drop: 'malformed' };
  const installation = installationOf(frame);
  if (installation === undefined) return { drop: 'unroutable' };
  const urgent = frame.kind !== 'events_api';
  const key = keyOf(frame, inner);
  if (key === '') return { drop: 'malformed' };
  const { eventType, event } = inner;
  return {
    installation,
    key: plain(key),
    eventType,
    conversation: plain(conversationOf(event)),
    urgent,
    actor: urgent ? undefined : actorOf(inner),
  };
}

/** `event_id`, else the kind and `trigger_id`, else `envelope_id`, but for the kinds that have something better. */
function keyOf({ kind, envelopeId, payload }: EventFrame, { eventType }: InnerEvent): string {
  if (kind === 'slash_commands') return triggerKey('slash_command', payload) || envelopeId;
  if (kind === 'interactive') return interactionKey(stringAt(payload, 'type'), payload) || envelopeId;
  const minute = payload['minute_rate_limited'];
  if (eventType === 'app_rate_limited' && typeof minute === 'number') {
    // Each delivery has an envelope of its own, and there is one notice for a minute.
    return `${eventType}:${stringAt(payload, 'team_id')}:${minute}`;
  }
  return stringAt(payload, 'event_id') || envelopeId;
}

function interactionKey(type: string, payload: ExactObject): string {
  // Typing the same text again asks for options again, maybe with the trigger of the same view.
  if (type === 'block_suggestion' || type === 'dialog_suggestion') return '';
  const view = objectAt(payload, 'view');
  const viewId = stringAt(view, 'id');
  // A view is closed once, and that has no trigger.
  if (type === 'view_closed' && viewId !== '') return `${type}:${viewId}:${stringAt(view, 'hash')}`;
  return triggerKey(type, payload);
}

function triggerKey(type: string, payload: ExactObject): string {
  const trigger = stringAt(payload, 'trigger_id');
  return trigger === '' ? '' : `${type}:${trigger}`;
}

function conversationOf(event: ExactObject): string {
  return channelOf(event) || idAt(event, 'user') || stringAt(event, 'user_id');
}

// Slack's ids have neither, and a database may cut a text there, or give it back otherwise than it got it.
const CONTROLS_AND_LONE_SURROGATES = /[\p{Cc}\p{Cs}]/gu;

function plain(id: string): string {
  return id.replace(CONTROLS_AND_LONE_SURROGATES, '\ufffd');
}
