import { readFileSync } from 'node:fs';
import type { JsonObject } from '../../../src/core/json.js';
import type { EnvelopeKind } from '../../../src/slack/envelope.js';

/** The text of a synthetic frame, as it comes over the socket. */
export function frameText(file: string): string {
  return readFileSync(new URL(`../../data/payloads/${file}`, import.meta.url), 'utf8');
}

/** A synthetic frame as the socket part hands it on. */
export function frameOf(file: string): {
  kind: EnvelopeKind;
  appId: string;
  envelopeId: string;
  payload: JsonObject;
} {
  const frame = JSON.parse(frameText(file)) as {
    type: EnvelopeKind;
    envelope_id: string;
    payload: JsonObject;
  };
  return { kind: frame.type, appId: 'A07SYNTH01', envelopeId: frame.envelope_id, payload: frame.payload };
}

/** The text of a frame around any payload. */
export function wrap(kind: EnvelopeKind, payload: unknown): string {
  return JSON.stringify({ envelope_id: 'e-1', type: kind, payload, accepts_response_payload: false });
}

/** The text of an `events_api` frame around any inner event. */
export function wrapEvent(event: unknown, around: Record<string, unknown> = {}): string {
  return wrap('events_api', {
    token: 'verification',
    team_id: 'T1',
    api_app_id: 'A1',
    event,
    type: 'event_callback',
    event_id: 'Ev1',
    event_time: 1760000000,
    authorizations: [
      { enterprise_id: null, team_id: 'T1', user_id: 'UBOT', is_bot: true, is_enterprise_install: false },
    ],
    ...around,
  });
}
