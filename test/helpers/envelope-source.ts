import type { JsonObject } from '../../src/core/json.js';
import type { Acknowledged, Envelope, EnvelopeSource } from '../../src/slack/envelope.js';

/** A socket that brings envelopes of one app. Their acknowledgements go to `send`; without it they are lost. */
export function envelopeSource(
  appId = 'A1',
  send: (payload: JsonObject | undefined, envelope: Envelope) => Acknowledged = () => 'lost',
  clock: EnvelopeSource['clock'] = { now: () => 1_700_000_000_000 },
): EnvelopeSource {
  return {
    appId,
    socketId: 's1',
    clock,
    acknowledger: { acknowledge: (envelope, payload) => Promise.resolve(send(payload, envelope)) },
  };
}
