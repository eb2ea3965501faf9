import { closeSync, constants, openSync, readFileSync, statSync, writeSync } from 'node:fs';

// Every note has this length, so that it can be written over the last one on a full disk.
const NOTE_BYTES = 32;

const OWNER_ONLY = 0o600;

// SQLite: "Database File Format", the WAL file: its header, and the header of each frame, which holds one page.
const WAL_HEADER_BYTES = 32;
const FRAME_HEADER_BYTES = 24;

/** The size of a -wal file of so many frames. */
export function walBytes(frames: number, pageBytes: number): number {
  return frames === 0 ? 0 : WAL_HEADER_BYTES + frames * (FRAME_HEADER_BYTES + pageBytes);
}

/**
 * `<path>-state`: whether the journal was closed in order, and else how long its -wal file was at least. SQLite takes a
 * -wal file that is missing or cut for one with nothing in it, so a loss would not be noticed. What cannot be written
 * here is left out: the journal does not need it.
 */
export class StateFile {
  readonly #path: string;
  readonly #journalPath: string;
  #noted = 0;

  constructor(journalPath: string) {
    this.#journalPath = journalPath;
    this.#path = `${journalPath}-state`;
  }

  /** What is missing since the last run, in a sentence; nothing if that ended in order, or left all that it noted. */
  whatIsMissing(): string | undefined {
    const [, noted] = /^open (\d+) *$/m.exec(this.#read()) ?? [];
    if (noted === undefined) return undefined;
    const wal = `${this.#journalPath}-wal`;
    const size = statSync(wal, { throwIfNoEntry: false })?.size;
    if (size !== undefined && size >= Number(noted)) return undefined;
    const found = size === undefined ? 'is missing' : `has ${size} bytes and had at least ${noted}`;
    return (
      `The last run did not stop cleanly, and ${wal} ${found}: events that were acknowledged may be lost. ` +
      'If somebody moved the file, put it back before the next start. If another SQLite program has opened the journal since, nothing is lost.'
    );
  }

  /** The -wal file is needed from now on, and has at least so many bytes; it never becomes shorter while it is open. */
  opened(bytes = 0): void {
    if (bytes < this.#noted) return;
    this.#noted = bytes;
    this.#write(`open ${bytes}`);
  }

  /** Nothing is in the -wal file any more. */
  closed(): void {
    this.#write('closed');
  }

  #read(): string {
    try {
      return readFileSync(this.#path, 'utf8');
    } catch {
      return '';
    }
  }

  #write(note: string): void {
    try {
      // Not truncated: a full disk may not give the room again.
      const file = openSync(this.#path, constants.O_WRONLY | constants.O_CREAT, OWNER_ONLY);
      try {
        writeSync(file, `${note.padEnd(NOTE_BYTES - 1)}\n`, 0);
      } finally {
        closeSync(file);
      }
    } catch {
      // The disk is full or read-only: the append that meets this says so.
    }
  }
}
