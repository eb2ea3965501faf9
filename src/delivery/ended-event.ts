import type { Journal, Settlement } from '../storage/journal.js';
import type { PathRecord } from '../storage/paths.js';
import type { Arrival, HeldRow } from './arrival.js';
import { readPath, type EventPath } from './find-paths.js';

/** An event that AutoKitteh has, or that was given up, as soon as that is written. */
export interface EndedEvent {
  /** Its path, as far as its last dispatch tells. */
  readonly path: EventPath;
  /** Absent where it was received before a restart, or by another process. */
  readonly arrival: Arrival | undefined;
  /** Whether it was dispatched before, so that its path in the journal has more steps. */
  readonly hasEarlier: boolean;
  /** The path as the journal has it; what `path` holds where the journal does not tell. Never rejects. */
  whole(): Promise<EventPath>;
}

/** What is told of a row with its settlement; nothing where its dispatch goes on. */
export function endedEvent(
  row: HeldRow,
  settlement: Settlement,
  journal: Pick<Journal, 'findPaths'>,
): EndedEvent | undefined {
  const { t: state, path: note } = settlement;
  if ((state !== 'delivered' && state !== 'dead') || note === undefined) return undefined;
  const { id, key, arrival, attempts, retried, unansweredAt } = row;
  const eventId = 'eventId' in settlement ? settlement.eventId : '';
  const step = { id, eventId, key: note.key, origin: note.origin, steps: [note.step], count: 1 };
  const path = endedPath(step, key, state);
  return {
    path,
    arrival,
    hasEarlier: attempts > 1 || retried || unansweredAt !== undefined,
    async whole() {
      try {
        const record = (await journal.findPaths(note.key)).find((each) => each.id === id);
        return record === undefined ? path : endedPath(record, key, state);
      } catch {
        return path;
      }
    },
  };
}

function endedPath(record: PathRecord, key: string, state: 'delivered' | 'dead'): EventPath {
  const { state: _read, ...path } = readPath(record, key, undefined);
  return { state, ...path };
}
