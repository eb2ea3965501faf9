import type { TriggerRecord } from '../../autokitteh/client.js';
import { takesEventsOf } from '../../autokitteh/trigger-match.js';
import type { ActiveDeployment, EventRecord } from '../../autokitteh/event-reads.js';
import { counted } from '../../core/words.js';

/** What AutoKitteh told; undefined where it does not tell it to this person. */
export interface ProjectFacts {
  readonly triggers: readonly TriggerRecord[] | undefined;
  readonly deployments: readonly ActiveDeployment[] | undefined;
}

// AutoKitteh starts the sessions of an event after it has stored it.
const STARTING_MS = 10_000;

/**
 * What is known of why an event started no session; empty if nothing is. `now` in milliseconds since 1970. Triggers and
 * deployments are those of now, which may be newer than the event.
 */
export function whyNone(
  event: Pick<EventRecord, 'eventType' | 'createdAt'>,
  { triggers, deployments }: ProjectFacts,
  now: number,
): string {
  const forType = triggers?.filter(({ eventType }) => takesEventsOf(eventType, event.eventType));
  if (forType?.length === 0) return 'no trigger for this type';
  const callers = forType?.filter(({ hasCall }) => hasCall);
  if (forType !== undefined && callers?.length === 0)
    return `${counted(forType.length, 'trigger')} for this type, and no function to call`;
  const active = deployments?.filter(
    ({ projectId }) => callers === undefined || callers.some((trigger) => trigger.projectId === projectId),
  );
  if (active?.length === 0) return 'no active deployment';
  if (now - event.createdAt < STARTING_MS) return 'no session yet';
  if (active?.every(({ since }) => since > event.createdAt) === true)
    return 'the active deployment is newer than this event';
  if (callers === undefined) return '';
  const filtered = callers.filter(({ filter }) => filter.trim() !== '').length;
  if (filtered === callers.length)
    return `${counted(filtered, 'trigger')} for this type ${filtered === 1 ? 'has' : 'have'} a filter; none started a session`;
  return `${counted(callers.length, 'trigger')} for this type, and no session: the trigger may be newer than this event`;
}
