import type { ConnectionRecord } from '../../autokitteh/connection-list.js';
import type { TriggerRecord } from '../../autokitteh/client.js';
import type { EventRecord, OwnerQuery, StartedSession } from '../../autokitteh/event-reads.js';
import { takesEventsOf } from '../../autokitteh/trigger-match.js';
import { whyNoSession } from '../../autokitteh/why-no-session.js';
import { PluginError } from '../../core/errors.js';
import type { PersonsAutoKitteh } from '../ports.js';

/** An event, and what it led to. */
export interface SeenEvent extends Pick<EventRecord, 'eventId' | 'eventType' | 'createdAt'> {
  /** Slack's id of the channel; empty where there is none, or where another program dispatched the event. */
  readonly channel: string;
  readonly sessions: readonly StartedSession[];
  /** What is known of why there is no session; empty if there is one, or if nothing is known. */
  readonly reason: string;
}

/** What a person sees of a connection's events. */
export interface Look {
  /** The latest, newest first. */
  readonly events: readonly SeenEvent[];
  /** The types of some more. */
  readonly types: ReadonlySet<string>;
  /** Undefined where AutoKitteh does not tell them. */
  readonly triggers: readonly TriggerRecord[] | undefined;
}

const MOST_SHOWN = 20;
const MOST_EVENTS = 100;
// AutoKitteh lists no more at a time.
const MOST_SESSIONS = 100;

/**
 * Looks at the latest events of a connection with a person's rights: four calls, whatever there is. What AutoKitteh refuses of
 * triggers, sessions and deployments is left out; a refusal of the events rejects, as any other failure does. `now` in
 * milliseconds since 1970.
 */
export async function lookAtEvents(
  autokitteh: PersonsAutoKitteh,
  record: ConnectionRecord,
  now: number,
  signal: AbortSignal,
): Promise<Look> {
  const owner: OwnerQuery =
    record.projectId === '' ? { orgId: record.orgId } : { projectId: record.projectId };
  const [events, triggers, sessions, deployments] = await Promise.all([
    eventsOf(autokitteh, record, signal),
    unlessRefused(autokitteh.listTriggers(record.id, signal)),
    unlessRefused(autokitteh.latestSessions(owner, MOST_SESSIONS, signal)),
    unlessRefused(autokitteh.activeDeployments(owner, signal)),
  ]);
  const oldest = oldestOf(sessions ?? []);
  const seen = events.slice(0, MOST_SHOWN).map((event): SeenEvent => {
    const started = sessions?.filter(({ eventId }) => eventId === event.eventId) ?? [];
    return {
      ...{ eventId: event.eventId, eventType: event.eventType, createdAt: event.createdAt },
      channel: event.memo['slack_channel'] ?? '',
      sessions: started,
      reason: started.length > 0 ? '' : reasonFor(event),
    };
  });
  return { events: seen, types: new Set(events.map(({ eventType }) => eventType)), triggers };

  function reasonFor(event: EventRecord): string {
    const isTaken = triggers?.some(({ eventType }) => takesEventsOf(eventType, event.eventType)) !== false;
    if (isTaken && sessions === undefined) return '';
    if (isTaken && event.createdAt < oldest)
      return `None of the latest ${MOST_SESSIONS} sessions of the project is of this event.`;
    return whyNoSession(event, { triggers, deployments }, now)?.words ?? '';
  }
}

/** An event before this time may have a session that was not listed. */
function oldestOf(sessions: readonly StartedSession[]): number {
  if (sessions.length < MOST_SESSIONS) return -Infinity;
  return Math.min(...sessions.map(({ createdAt }) => createdAt));
}

/** The server lists the events of an organisation's connection by integration only. */
async function eventsOf(
  autokitteh: PersonsAutoKitteh,
  { id, projectId, orgId, integrationId }: ConnectionRecord,
  signal: AbortSignal,
): Promise<readonly EventRecord[]> {
  const of = projectId === '' ? { integrationId, orgId } : { destinationId: id };
  const events = await autokitteh.listEvents({ ...of, maxResults: MOST_EVENTS }, signal);
  return events.filter(({ destinationId }) => destinationId === id);
}

async function unlessRefused<Value>(call: Promise<Value>): Promise<Value | undefined> {
  try {
    return await call;
  } catch (error) {
    if (['forbidden', 'not_found'].includes(PluginError.from(error).code)) return undefined;
    throw error;
  }
}
