import type { AutoKitteh, EventQuery, TriggerRecord } from '../autokitteh/client.js';
import type { EventRecord } from '../autokitteh/event-reads.js';
import { takesEventsOf } from '../autokitteh/trigger-match.js';
import type { Fate, Sighting, TakenEvent } from '../delivery/sink.js';
import type { JournalRow } from '../storage/rows.js';

/** The memo's entry that tells a row's event from every other at the server. */
const MEMO_KEY = 'slack_event_key';

type Server = Pick<AutoKitteh, 'connection' | 'listEvents' | 'hasSession' | 'listTriggers'>;

/** Looks for the event that an earlier dispatch of a row stored, and for what it has started. */
export async function searchEvent(
  server: Server,
  integrationId: string,
  row: JournalRow,
  signal: AbortSignal,
): Promise<Sighting> {
  const { connectionId, key, receivedAt, retried } = row;
  const connection = await server.connection(connectionId, signal);
  // A connection that is gone: its refusal ends the row.
  if (connection === undefined) return { t: 'absent' };
  const orgLevel = connection.projectId === '';
  const sought = { connectionId, integrationId, orgLevel, memo: [MEMO_KEY, key] as const };
  const events = await findEvents(server, { ...sought, since: receivedAt, mayHaveCopies: retried }, signal);
  const [newest] = events;
  if (newest === undefined) return { t: 'absent' };
  const started = await startedOf(server, events, signal);
  const [first] = started;
  if (first !== undefined && !orgLevel) return { t: 'settled', eventId: first.eventId };
  const all = await server.listTriggers(connectionId, signal);
  const triggers = all.filter((each) => takes(each, newest));
  if (orgLevel) {
    // The server stores and starts one event for each trigger, one after the other, and may have stopped between two.
    const certain = triggers.filter(({ filter }) => filter === '').length;
    const hasStarted = first === undefined ? triggers.length === 0 : started.length >= certain;
    const isWhole = hasStarted && events.length >= all.length;
    return { t: isWhole ? 'settled' : 'unstarted', eventId: (first ?? newest).eventId };
  }
  const mayBeTaken =
    triggers.length > 0 || (await server.hasSession({ runningIn: connection.projectId }, signal));
  return { t: mayBeTaken ? 'unstarted' : 'settled', eventId: newest.eventId };
}

/** What an event that the server took has started, and whether it must start something. */
export async function fateOf(
  server: Pick<Server, 'hasSession' | 'listTriggers'>,
  { connectionId, eventId, eventType }: TakenEvent,
  signal: AbortSignal,
): Promise<Fate> {
  if (await server.hasSession({ eventId }, signal)) return 'started';
  const triggers = await server.listTriggers(connectionId, signal);
  return triggers.some((each) => each.filter === '' && takes(each, { eventType })) ? 'due' : 'none';
}

async function startedOf(
  server: Server,
  events: readonly EventRecord[],
  signal: AbortSignal,
): Promise<readonly EventRecord[]> {
  const started: EventRecord[] = [];
  for (const event of events)
    if (await server.hasSession({ eventId: event.eventId }, signal)) started.push(event);
  return started;
}

/** Whether a trigger would take an event of this type, as far as can be told without its filter. */
function takes({ eventType, hasCall }: TriggerRecord, event: Pick<EventRecord, 'eventType'>): boolean {
  return hasCall && takesEventsOf(eventType, event.eventType);
}

/** What is known of an event that may or may not have reached the server. */
interface SoughtEvent {
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
