import type { AutoKitteh, EventQuery, EventRecord } from './client.js';

/** What is known of an event that may or may not have reached the server. */
export interface SoughtEvent {
  readonly connectionId: string;
  readonly integrationId: string;
  /** An organisation's connection has an event for each trigger, and they are found by integration only. */
  readonly orgLevel: boolean;
  /** The memo's key and value that no other event has. */
  readonly memo: readonly [key: string, value: string];
  /** Milliseconds since 1970: nothing before this can be it. */
  readonly since: number;
  /** Whether it was sent before its last dispatch, so that there may be earlier copies. */
  readonly mayHaveCopies: boolean;
}

// Most look-ups concern the last few events; the server has no paging, so each look asks for more of the newest.
const LOOKS: readonly number[] = [50, 500, 5000];
// The server's clock may be behind ours by so much.
const CLOCK_SKEW_MS = 5 * 60_000;

/**
 * Looks an event up by its memo, newest first, until events are older than it can be; beyond 5,000 newer events it
 * counts as not found. More than one is found where there are copies, or one for each trigger. That an event is found does
 * not mean that it started anything: the server stores events first.
 */
export async function findEvents(
  server: Pick<AutoKitteh, 'listEvents'>,
  { connectionId, integrationId, orgLevel, memo: [key, value], since, mayHaveCopies }: SoughtEvent,
  signal?: AbortSignal,
): Promise<readonly EventRecord[]> {
  const scope: EventQuery = orgLevel ? { integrationId } : { destinationId: connectionId };
  const isSought = ({ memo, destinationId }: EventRecord): boolean =>
    memo[key] === value && destinationId === connectionId;
  let found: EventRecord[] = [];
  for (const maxResults of LOOKS) {
    const events = await server.listEvents({ ...scope, maxResults }, signal);
    found = events.filter(isSought);
    if (found.length > 0 && !orgLevel && !mayHaveCopies) break;
    const oldest = events.at(-1);
    if (oldest === undefined || events.length < maxResults) break;
    if (oldest.createdAt < since - CLOCK_SKEW_MS) break;
  }
  return found;
}
