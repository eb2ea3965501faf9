import { timeWords } from '../core/words.js';
import type { EventView } from './event-search.js';

const STATES: Readonly<Record<EventView['state'], string>> = {
  waiting: 'waits in the journal',
  sending: 'is being dispatched',
  delivered: 'was delivered',
  dead: 'is a dead letter',
  removed: 'was a dead letter, and is removed',
  ended: 'has been dealt with; how, is no longer known',
};

/** What an event is, and what became of it: `message Ev012 in C07, for my_project/my_slack, was delivered`. */
export function eventWords({ key, type, channel, connection, connectionId, state }: EventView): string {
  const what = type === '' ? key : `${type} ${key}`;
  const where = channel === '' ? '' : ` in ${channel}`;
  return `${what}${where}, for ${connection ?? connectionId}, ${STATES[state]}`;
}

/** One step of an event's life. */
export interface EventStep {
  readonly name: string;
  readonly words: string;
}

/** The steps of an event's life, in their order, seen at `now`: RFC 3339, or milliseconds since 1970. */
export function eventSteps(event: EventView, now: string | number): EventStep[] {
  const timeOf = (at: string): string => timeWords(at, now, 'millisecond');
  const { appId, receivedAt, socket, journaledMs, reason, eventId } = event;
  return [
    {
      name: 'received',
      words: `${timeOf(receivedAt)}, by app ${appId}${socket === undefined ? '' : ` on socket ${socket}`}`,
    },
    ...(journaledMs === undefined ? [] : [{ name: 'journaled', words: `after ${journaledMs} ms` }]),
    ...acknowledged(event),
    ...dispatches(event, timeOf),
    ...(reason === undefined ? [] : [{ name: 'last failure', words: reason }]),
    ...(eventId === undefined ? [] : [{ name: 'event', words: eventId }]),
    ...sessions(event, timeOf),
  ];
}

function acknowledged({ acknowledgedMs, journaledMs }: EventView): EventStep[] {
  const name = 'acknowledged';
  if (acknowledgedMs !== undefined) return [{ name, words: `after ${acknowledgedMs} ms` }];
  // Where even this is unknown, the program was started again meanwhile.
  return journaledMs === undefined ? [] : [{ name, words: 'not yet, or never' }];
}

type TimeOf = (at: string) => string;

function dispatches({ dispatches: shown, dispatched }: EventView, timeOf: TimeOf): EventStep[] {
  const omitted = dispatched - shown.length;
  const steps = shown.map(({ at, ms, answer }) => ({
    name: 'dispatched',
    words: `${timeOf(at)}, ${answer} after ${ms} ms`,
  }));
  if (omitted > 0) steps.splice(shown.length / 2, 0, { name: '...', words: `and ${omitted} more` });
  return steps;
}

function sessions({ sessions: started, sessionsProblem }: EventView, timeOf: TimeOf): EventStep[] {
  if (sessionsProblem !== undefined)
    return [{ name: 'sessions', words: `AutoKitteh does not tell them: ${sessionsProblem}` }];
  if (started === undefined) return [];
  if (started.length === 0) return [{ name: 'sessions', words: 'none' }];
  return started.map(({ id, state, startedAt }) => ({
    name: 'session',
    words: `${id}, ${state}, since ${timeOf(startedAt)}`,
  }));
}

/** What to tell of an id that nobody knows. */
export function unknownEventWords(id: string): string {
  return (
    `No event ${id} is known: it did not arrive, or was for no active connection, or came before JOURNAL_RETENTION. ` +
    'With LOG_LEVEL=debug the log of the program has a line for each step of every event.'
  );
}
