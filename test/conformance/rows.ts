import type { ClaimRequest } from '../../src/storage/journal.js';
import type { RowToAppend } from '../../src/storage/rows.js';

/** A row to be written, unlike others in what the test says. */
export function row(over: Partial<RowToAppend> = {}): RowToAppend {
  return {
    appId: 'A1',
    connectionId: 'con_1',
    key: 'Ev1',
    kind: 'events_api',
    conversation: 'C1',
    urgent: false,
    body: '{"n":1}',
    receivedAt: 1000,
    ...over,
  };
}

/** A request for what leads the lanes of the same source. */
export function claimRequest(over: Partial<ClaimRequest> = {}): ClaimRequest {
  return { appId: 'A1', connectionId: 'con_1', urgent: false, limit: 10, ...over };
}
