import { createHash } from 'node:crypto';
import { Buffer } from 'node:buffer';
import { PATH_STEP_LENGTH, type PathNote } from '../storage/paths.js';
import type { HeldRow } from './arrival.js';
import type { DispatchOutcome } from './sink.js';

/** How one dispatch or look-up of an event ended: as its outcome says, or found at the server by a look-up. */
export type Answer = DispatchOutcome['t'] | 'found';

/** One dispatch, or the look-up that found the event. */
export interface Dispatch {
  /** When it began, milliseconds since 1970. */
  readonly at: number;
  readonly ms: number;
  readonly answer: Answer;
}

/** What is noted once of an event: what it is, and how it arrived. */
export interface EventOrigin {
  readonly appId: string;
  readonly connectionId: string;
  /** The event's type and channel, where an event could be made. */
  readonly type: string;
  readonly channel: string;
  /** Milliseconds since 1970. */
  readonly receivedAt: number;
  /** Unknown after a restart while the event waited. */
  readonly socketId: string | undefined;
  /** Milliseconds since it was received. */
  readonly journaledMs: number | undefined;
  readonly acknowledgedMs: number | undefined;
}

// One letter for each, which must never change: notes are kept over releases.
const LETTERS: Readonly<Record<Answer, string>> = {
  delivered: 'd',
  poisoned: 'p',
  unreadable: 'm',
  forbidden: 'f',
  outage: 'o',
  unanswered: 'u',
  failed: 'x',
  found: 'l',
};
const ANSWERS = new Map(Object.entries(LETTERS).map(([answer, letter]) => [letter, answer as Answer]));

// Six digits of 36 are 25 days, four are 28 minutes: longer than an event waits and than a dispatch takes.
const SINCE_DIGITS = 6;
const MS_DIGITS = PATH_STEP_LENGTH - SINCE_DIGITS - 1;

/** A note takes no more bytes than this with the server's event id, whatever Slack sent. */
export const NOTE_BYTES = 200;
const EVENT_ID_BYTES = 32;
// What AutoKitteh's ids of connections begin with.
const CONNECTION = 'con_';
const LONGEST_TYPE = 24;
const LONGEST_CHANNEL = 16;

/** Of what an event was made, where one could be. */
interface Described {
  readonly eventType?: string | undefined;
  readonly channel?: string | undefined;
}

/**
 * What is noted of a row whose dispatch has just ended. What a workflow says in the acknowledgement may come later: then
 * `notePath` is called with the same note, the acknowledgement in it, once that is sent.
 */
export function noteDispatch(
  row: HeldRow,
  described: Described,
  dispatch: Dispatch,
  notePath: (id: number, note: PathNote) => void,
): PathNote {
  const { id, arrival } = row;
  if (arrival !== undefined && arrival.acknowledgedMs === undefined)
    arrival.whenAcknowledged(() => {
      const { key, origin } = noteOf(row, described, dispatch);
      notePath(id, { key, origin, step: '' });
    });
  return noteOf(row, described, dispatch);
}

function noteOf(
  { appId, connectionId, key, receivedAt, arrival }: HeldRow,
  described: Described,
  dispatch: Dispatch,
): PathNote {
  const origin = JSON.stringify([
    appId,
    connectionId.startsWith(CONNECTION) ? connectionId.slice(CONNECTION.length) : connectionId,
    (described.eventType ?? '').slice(0, LONGEST_TYPE),
    (described.channel ?? '').slice(0, LONGEST_CHANNEL),
    receivedAt.toString(36),
    arrival?.socketId ?? '',
    roundedUp(arrival?.journaledMs),
    roundedUp(arrival?.acknowledgedMs),
  ]);
  const step = stepOf(dispatch, receivedAt);
  const room = NOTE_BYTES - EVENT_ID_BYTES - Buffer.byteLength(origin) - step.length;
  return { key: Buffer.byteLength(key) <= room ? key : digestOf(key), origin, step };
}

/** What a path with a long key is found by. */
export function digestOf(key: string): string {
  return `#${createHash('sha256').update(key).digest('base64url').slice(0, 22)}`;
}

/** The texts of a note, read back; what cannot be read is left out. */
export function readOrigin(origin: string): EventOrigin | undefined {
  let parts: unknown;
  try {
    parts = JSON.parse(origin);
  } catch {
    return undefined;
  }
  if (!Array.isArray(parts)) return undefined;
  const text = (at: number): string => (typeof parts[at] === 'string' ? parts[at] : '');
  const number = (at: number): number | undefined => (typeof parts[at] === 'number' ? parts[at] : undefined);
  return {
    appId: text(0),
    connectionId: `${CONNECTION}${text(1)}`,
    type: text(2),
    channel: text(3),
    receivedAt: parseInt(text(4), 36),
    socketId: text(5) || undefined,
    journaledMs: number(6),
    acknowledgedMs: number(7),
  };
}

/** One step, read back. */
export function readStep(step: string, receivedAt: number): Dispatch | undefined {
  const since = parseInt(step.slice(0, SINCE_DIGITS), 36);
  const ms = parseInt(step.slice(SINCE_DIGITS, -1), 36);
  const answer = ANSWERS.get(step.slice(-1));
  if (Number.isNaN(since) || Number.isNaN(ms) || answer === undefined) return undefined;
  return { at: receivedAt + since, ms, answer };
}

function stepOf({ at, ms, answer }: Dispatch, receivedAt: number): string {
  return `${digits(at - receivedAt, SINCE_DIGITS)}${digits(ms, MS_DIGITS)}${LETTERS[answer]}`;
}

/** A whole number of so many digits; the largest one for what does not fit. */
function digits(value: number, count: number): string {
  const most = 36 ** count - 1;
  return Math.min(Math.max(Math.round(value), 0), most)
    .toString(36)
    .padStart(count, '0');
}

function roundedUp(ms: number | undefined): number | null {
  return ms === undefined ? null : Math.max(0, Math.ceil(ms));
}
