import { cutText } from '../core/text.js';
import { counted, listWords } from '../core/words.js';
import type { TriggerRecord } from './client.js';
import type { ActiveDeployment, EventRecord } from './event-reads.js';
import { takesEventsOf } from './trigger-match.js';

/** What AutoKitteh told of now, which may be newer than the event; undefined where it does not tell it. */
export interface ProjectFacts {
  readonly triggers: readonly TriggerRecord[] | undefined;
  readonly deployments: readonly ActiveDeployment[] | undefined;
  /** Whether a session of the project runs, which may have waited for the event. */
  readonly isWaitedFor?: boolean;
}

/** Why an event has started no session, as far as it is known. */
export interface NoSession {
  /** What is missing, or `event` where only this event tells: its filters, or that it came just now. */
  readonly lacks: 'trigger' | 'function' | 'deployment' | 'event';
  /** One or more sentences. */
  readonly words: string;
}

// AutoKitteh starts the sessions of an event after it has stored it.
const STARTING_MS = 10_000;
const LONGEST_FILTER = 200;

const NOT_DEPLOYED: NoSession = {
  lacks: 'deployment',
  words: 'The project has no active deployment: deploy it (ak deploy).',
};

type Event = Pick<EventRecord, 'eventId' | 'eventType' | 'createdAt'>;

/** What is known of why an event started no session; nothing if nothing is. `now` in milliseconds since 1970. */
export function whyNoSession(event: Event, facts: ProjectFacts, now: number): NoSession | undefined {
  const why = known(event, facts, now);
  if (why === undefined || facts.isWaitedFor !== true) return why;
  return { ...why, words: `${why.words} A session that runs may have waited for it.` };
}

function known(event: Event, { triggers, deployments }: ProjectFacts, now: number): NoSession | undefined {
  const { eventId, eventType: type, createdAt } = event;
  if (deployments?.length === 0) return NOT_DEPLOYED;
  const forType = triggers?.filter(({ eventType }) => takesEventsOf(eventType, type));
  if (forType?.length === 0)
    return { lacks: 'trigger', words: `No trigger of the connection takes events of the type ${type}.` };
  const callers = forType?.filter(({ hasCall }) => hasCall);
  if (forType !== undefined && callers?.length === 0)
    return {
      lacks: 'function',
      words: `${taking(forType, type)}, and ${forType.length === 1 ? 'calls' : 'call'} no function.`,
    };
  const active = deployments?.filter(
    ({ projectId }) => callers === undefined || callers.some((trigger) => trigger.projectId === projectId),
  );
  if (active?.length === 0) return NOT_DEPLOYED;
  if (now - createdAt < STARTING_MS) return { lacks: 'event', words: 'No session has started yet.' };
  if (active?.every(({ since }) => since > createdAt) === true)
    return { lacks: 'event', words: 'The active deployment is newer than this event: cause another one.' };
  if (callers === undefined) return undefined;
  const filters = callers.map(({ filter }) => filter.trim()).filter((filter) => filter !== '');
  if (filters.length < callers.length)
    return {
      lacks: 'event',
      words: `${taking(callers, type)}, but may be newer than this event: cause another one.`,
    };
  const shown = listWords(filters.map((filter) => cutText(filter, LONGEST_FILTER)));
  return {
    lacks: 'event',
    words: `${taking(callers, type)}, but no filter was true of this event, or could be computed: ${shown}. Compare with its data (ak event get ${eventId}).`,
  };
}

function taking({ length }: readonly TriggerRecord[], type: string): string {
  return `${counted(length, 'trigger')} ${length === 1 ? 'takes' : 'take'} events of the type ${type}`;
}
