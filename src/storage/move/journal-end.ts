import type { MoveMark } from './mark.js';
import type { Counts, Cursor, MovePosition, MoveStep, Page, Part } from './records.js';

/** A journal that is moved, or filled. Rejects as a journal does. */
export interface JournalEnd {
  /** As it is shown. */
  readonly place: string;
  /** What was lost since the last run of the program, in a sentence. */
  readonly warning: string | undefined;
  mark(): Promise<MoveMark | undefined>;
  /**
   * Writes the mark in the place of `before`, and keeps programs away from then on. Rejects with `journal_locked` while one uses
   * the journal, and with `journal_moved` where the mark is another one than `before` by then.
   */
  setMark(mark: MoveMark, before: MoveMark | undefined): Promise<void>;
  /** Removes the mark of the move with this id, and the progress: programs may start. Rejects with `journal_moved` where it is another's. */
  clearMark(id: string): Promise<void>;
  counts(): Promise<Counts>;
  /** The largest id of a row or a path; 0 if there is none. */
  largestId(): Promise<number>;
  /** The installation's key for the hashes of tokens; nothing if there is none yet. */
  tokenKey(): Promise<string | undefined>;
  read(part: Part, after: Cursor): Promise<Page>;
  progress(): Promise<MovePosition | undefined>;
  /** Prepares it for rows with ids of up to `largestId`, and notes the progress. Rejects with `journal_locked` as write() does. */
  begin(largestId: number, tokenKey: string | undefined, step: MoveStep): Promise<void>;
  /**
   * Writes a page and the progress in one transaction. Rejects with `journal_locked` where another process has gone on with the
   * move, or has ended it.
   */
  write(page: Page, step: MoveStep): Promise<void>;
  /** Removes all rows, or the journal itself where that is a file. */
  empty(): Promise<void>;
  close(): Promise<void>;
}
