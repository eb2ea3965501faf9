import { classify, type Accepted } from '../../src/events/classify.js';
import type { LedgerEntry } from '../../src/sim/slack/sending/ledger-entry.js';

/**
 * What the program makes of an event that Slack sent: the key by which the server's memo names it, and its conversation.
 * Undefined for one that no server gets. What has no id of its own is sent once, so that its envelope's serves.
 */
export function acceptedOf({ kind, appId, payload, attempts }: LedgerEntry): Accepted | undefined {
  const classified = classify({ kind, appId, payload, envelopeId: attempts[0]?.envelopeId ?? '' });
  return classified.drop === undefined ? classified : undefined;
}
