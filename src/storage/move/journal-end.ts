import type { MoveMark } from './mark.js';
import type { Counts, Cursor, Page, Part, MovePosition } from './records.js';

/** A journal that is moved, or filled. Rejects as a journal does. */
export interface JournalEnd {
  /** As it is shown. */
  readonly place: string;
  /** What was lost since the last run of the program, in a sentence. */
  readonly warning: string | undefined;
  mark(): Promise<MoveMark | undefined>;
  /** Writes the mark, and keeps programs away from then on. Rejects with `journal_locked` while one uses the journal. */
  setMark(mark: MoveMark): Promise<void>;
  /** Removes the mark and the progress: programs may start. */
  clearMark(): Promise<void>;
  counts(): Promise<Counts>;
  /** The largest id of a row or a path; 0 if there is none. */
  largestId(): Promise<number>;
  /** The installation's key for the hashes of tokens; nothing if there is none yet. */
  tokenKey(): Promise<string | undefined>;
  read(part: Part, after: Cursor): Promise<Page>;
  progress(): Promise<MovePosition | undefined>;
  /** Prepares it for rows with ids of up to `largestId`, and notes the progress. */
  begin(largestId: number, tokenKey: string | undefined, progress: MovePosition): Promise<void>;
  /** Writes a page and the progress in one transaction. */
  write(page: Page, progress: MovePosition): Promise<void>;
  /** Removes all rows, or the journal itself where that is a file. */
  empty(): Promise<void>;
  close(): Promise<void>;
}
