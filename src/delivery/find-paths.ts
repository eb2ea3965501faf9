import type { Journal } from '../storage/journal.js';
import type { KnownRow, PathRecord } from '../storage/paths.js';
import { digestOf, readOrigin, readStep, type Dispatch, type EventOrigin } from './event-path.js';

/**
 * Where an event is:
 * - waiting: in the journal, to be dispatched
 * - sending: it is being dispatched, or looked up
 * - delivered: AutoKitteh has it
 * - dead: given up, and kept as a dead letter
 * - removed: a dead letter that was discarded, or removed by age or for room
 * - ended: one of the last three, of which no path is kept any more
 */
export type EventState = 'waiting' | 'sending' | 'delivered' | 'dead' | 'removed' | 'ended';

/** The path of one event to one connection, as far as it is known. */
export interface EventPath extends EventOrigin {
  /** Slack's id of it: event id, else trigger id, else envelope id. */
  readonly key: string;
  readonly state: EventState;
  /** Of all dispatches the first two and the last two. */
  readonly dispatches: readonly Dispatch[];
  readonly dispatched: number;
  /** AutoKitteh's, once it has given one. */
  readonly eventId: string | undefined;
  /** Why it failed the last time, while it is in the journal. */
  readonly reason: string | undefined;
}

/** The paths of the events with this key of Slack's or this event id of AutoKitteh's, latest first. */
export async function eventPaths(
  journal: Pick<Journal, 'findPaths' | 'findRows'>,
  name: string,
): Promise<EventPath[]> {
  const found = await journal.findPaths(name);
  const records = found.length > 0 ? found : await journal.findPaths(digestOf(name));
  // By the id of the server it is found here, and its rows by its key.
  const key = found.some(({ eventId }) => eventId === name) ? (found[0]?.key ?? name) : name;
  const rows = await journal.findRows(key);
  const paths = records.map((record) =>
    readPath(
      record,
      key,
      rows.find(({ id }) => id === record.id),
    ),
  );
  const isTold = ({ connectionId }: KnownRow): boolean =>
    paths.some((path) => path.connectionId === connectionId);
  // A row that was found by another id has been told by its path.
  return [...paths, ...rows.filter((row) => !isTold(row)).map((row) => pathOfRow(row, key))];
}

/** A record of the journal, read; `row` is the same event where the journal still has it. */
export function readPath(record: PathRecord, asked: string, row: KnownRow | undefined): EventPath {
  const origin = readOrigin(record.origin) ?? UNREADABLE;
  const dispatches = record.steps.flatMap((step) => readStep(step, origin.receivedAt) ?? []);
  return {
    key: record.key.startsWith('#') ? asked : record.key,
    state: stateOf(row, dispatches.at(-1)),
    dispatches,
    dispatched: record.count,
    eventId: record.eventId === '' ? undefined : record.eventId,
    reason: row?.state === 'ended' ? undefined : row?.reason,
    ...origin,
  };
}

const UNREADABLE: EventOrigin = {
  appId: '',
  connectionId: '',
  type: '',
  channel: '',
  receivedAt: 0,
  socketId: undefined,
  journaledMs: undefined,
  acknowledgedMs: undefined,
};

function stateOf(row: KnownRow | undefined, last: Dispatch | undefined): EventState {
  if (row !== undefined && row.state !== 'ended') return row.state;
  return last?.answer === 'delivered' || last?.answer === 'found' ? 'delivered' : 'removed';
}

/** A row that was not dispatched yet, or whose path is no longer kept. */
function pathOfRow(
  { appId, connectionId, receivedAt, state, attempts, reason }: KnownRow,
  key: string,
): EventPath {
  return {
    ...{ dispatches: [], dispatched: attempts, eventId: undefined },
    ...{ type: '', channel: '', socketId: undefined, journaledMs: undefined, acknowledgedMs: undefined },
    ...{ key, state, reason, appId, connectionId, receivedAt },
  };
}
