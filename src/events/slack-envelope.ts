import { fromJson, type Limits } from '../autokitteh/values-json.js';
import { boolean, dict, list, number, string, struct, symbol, type Value } from '../autokitteh/values.js';
import type { EventFrame } from './frame.js';
import { numberAt, objectAt, stringAt, type ExactObject } from '../core/json.js';

/** The key of an event's data that holds what Slack sent around the event. */
export const ENVELOPE_KEY = 'slack_envelope';

/** What the envelope tells besides Slack's own words. */
export interface EnvelopeNotes {
  /** By its path: what Slack sent where the built-in has another JSON type. */
  readonly conflicts: readonly [string, Value][];
  /** Whether something was left out or shortened. */
  readonly cut: boolean;
  /** Members of the event that cannot stand at its top. */
  readonly others: readonly [string, Value][];
  /** Where a workflow can post the answer that goes into the acknowledgement, or empty. */
  readonly answerUrl: string;
}

const CTOR = symbol('SlackEnvelope');

/** Slack's envelope has one authorization and short texts; a larger one is no reason to lose the event. */
const MODEST: Limits = {
  // A list of flat objects. With more, ten times as much could come of each level, and nothing would cut that.
  depth: 2,
  text: 512,
  members: 10,
  cut: () => undefined,
  step: () => undefined,
  grow: () => undefined,
};

/** A struct with all its fields, whatever Slack sent, so that filters can rely on them. */
export function slackEnvelope(frame: EventFrame, whole: ExactObject, notes: EnvelopeNotes): Value {
  const { payload } = frame;
  const text = (value: string): Value => fromJson(value, MODEST);
  const authorizations = payload['authorizations'];
  return struct(CTOR, {
    kind: string(frame.kind),
    app_id: text(frame.appId),
    envelope_id: text(frame.envelopeId),
    event_id: text(stringAt(payload, 'event_id')),
    event_time: number(numberAt(payload, 'event_time')),
    team_id: text(stringAt(payload, 'team_id') || stringAt(objectAt(payload, 'team'), 'id')),
    enterprise_id: text(
      stringAt(payload, 'enterprise_id') || stringAt(objectAt(payload, 'enterprise'), 'id'),
    ),
    context_team_id: text(stringAt(payload, 'context_team_id')),
    context_enterprise_id: text(stringAt(payload, 'context_enterprise_id')),
    authorizations: Array.isArray(authorizations) ? fromJson(authorizations, MODEST) : list([]),
    is_ext_shared_channel: boolean(payload['is_ext_shared_channel'] === true),
    event_context: text(stringAt(payload, 'event_context')),
    retry_attempt: number(numberAt(whole, 'retry_attempt')),
    retry_reason: text(stringAt(whole, 'retry_reason')),
    answer_url: string(notes.answerUrl),
    cut: boolean(notes.cut),
    conflicts: dict(notes.conflicts),
    other_keys: dict(notes.others),
  });
}
