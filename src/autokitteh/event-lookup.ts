import type { AutoKitteh, EventQuery, EventRecord } from './client.js';

/** What is known of an event that may or may not have reached the server. */
export interface SoughtEvent {
  readonly connectionId: string;
  readonly integrationId: string;
  /** Events of an organisation's connection are found by integration only; undefined if it is not known which it is. */
  readonly orgLevel: boolean | undefined;
  /** The memo's key and value that no other event has. */
  readonly memo: readonly [key: string, value: string];
  /** Milliseconds since 1970: nothing before this can be it. */
  readonly since: number;
}

// Most crashes concern the last few events; the server has no paging, so each look asks for more of the newest.
const LOOKS: readonly number[] = [50, 500, 5000];
// The server's clock may be behind ours by so much.
const CLOCK_SKEW_MS = 5 * 60_000;

/**
 * Looks an event up by its memo, newest first, until events are older than it can be; beyond 5,000 newer events it
 * counts as not found. That a row is found does not mean that it started anything: the server stores events first.
 */
export async function findEvent(
  server: Pick<AutoKitteh, 'listEvents'>,
  sought: SoughtEvent,
  signal?: AbortSignal,
): Promise<EventRecord | undefined> {
  const { connectionId, integrationId, orgLevel } = sought;
  const own =
    orgLevel === true ? undefined : await findWithin(server, { destinationId: connectionId }, sought, signal);
  if (own !== undefined || orgLevel === false) return own;
  return findWithin(server, { integrationId }, sought, signal);
}

async function findWithin(
  server: Pick<AutoKitteh, 'listEvents'>,
  scope: EventQuery,
  { connectionId, memo: [key, value], since }: SoughtEvent,
  signal?: AbortSignal,
): Promise<EventRecord | undefined> {
  const isSought = ({ memo, destinationId }: EventRecord): boolean =>
    memo[key] === value && (scope.integrationId === undefined || destinationId === connectionId);
  for (const maxResults of LOOKS) {
    const events = await server.listEvents({ ...scope, maxResults }, signal);
    const found = events.find(isSought);
    if (found !== undefined) return found;
    const oldest = events.at(-1);
    if (oldest === undefined || events.length < maxResults) return undefined;
    if (oldest.createdAt < since - CLOCK_SKEW_MS) return undefined;
  }
  return undefined;
}
