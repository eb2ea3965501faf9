import type { JournalRow, Source } from '../rows.js';
import type { TokenRecord } from '../tokens.js';

// What a journal holds, in the terms of no engine. Times are milliseconds since 1970. Ids are the same in both journals: rows of one
// conversation keep their order, and people name dead letters by them.

/** How many rows with bodies are read at a time, and how many of the others. */
export const ROWS_A_PAGE = 200;
export const RECORDS_A_PAGE = 2000;

/** An event that is not delivered. Who was sending it is not moved: it is looked up before it is sent again. */
export interface MovedWaiting extends JournalRow {
  readonly reason: string | undefined;
  /** When its conversation is ready. */
  readonly readyAt: number;
}

/** The dispatch that was under way may have been taken: its row counts as one without an answer, as after a crash. */
export function withoutHolder(row: JournalRow, isHeld: boolean, now: number): JournalRow {
  if (!isHeld) return row;
  const { attempts, unansweredAt = now, ...rest } = row;
  return { attempts: Math.max(0, attempts - 1), unansweredAt, ...rest };
}

export interface MovedDead extends JournalRow {
  readonly reason: string;
  readonly type: string | undefined;
  readonly channel: string | undefined;
  readonly settledAt: number;
}

export interface MovedPath {
  readonly id: number;
  readonly key: string;
  readonly eventId: string | undefined;
  readonly at: number;
  readonly origin: string;
  readonly count: number;
  readonly steps: string;
}

export interface MovedToken extends TokenRecord {
  readonly usedAt: number;
}

/** What Slack's repeats of an event are recognised by. */
export interface MovedKey extends Source {
  readonly key: string;
  readonly at: number;
}

interface Parts {
  readonly tokens: MovedToken;
  readonly waiting: MovedWaiting;
  readonly dead: MovedDead;
  readonly paths: MovedPath;
  readonly keys: MovedKey;
}

/** In the order in which they are moved: keys are last, because those of rows that are moved are written with the rows. */
export const PARTS = ['tokens', 'waiting', 'dead', 'paths', 'keys'] as const;

export type Part = (typeof PARTS)[number];

/** Where a part was read to; nothing before its first page. */
export type Cursor = string | number | undefined;

/** Some records of one part, in the order of reading. */
export type Page = {
  [Each in Part]: { readonly part: Each; readonly rows: readonly Parts[Each][]; readonly last: Cursor };
}[Part];

/** How far a move has come; kept in the journal that is filled, and written in one transaction with what was moved. */
export interface MovePosition {
  readonly part: Part;
  readonly after: Cursor;
}

/** From one position to the next. */
export interface MoveStep {
  /** Of the move. */
  readonly id: string;
  /** Where it was; nothing before its beginning. */
  readonly before: MovePosition | undefined;
  readonly after: MovePosition;
}

/** How many records there are of each part. Keys are counted with those of rows. */
export type Counts = Readonly<Record<Part, number>>;
