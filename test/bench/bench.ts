/** One line of a bench's table. */
export interface Row {
  readonly figure: string;
  readonly value: string;
  /** What it was measured against in the same run. */
  readonly peer: string;
  readonly ratio?: number;
  /** What the ratio or the value must keep, in words. */
  readonly limit?: string;
  /** Absent where nothing must be kept. */
  readonly ok?: boolean;
}

/** Something that a benchmark needs, and cannot start itself, is not there. The message says what to do. */
export class Unprepared extends Error {}

/** A benchmark: prints nothing itself, cleans up after itself. Rejects with `Unprepared` where it cannot run. */
export interface Bench {
  readonly name: string;
  /** `size` is how much of what it measures, where it has a choice; `ended` gets the rows of each part as it ends. */
  run(size?: number, ended?: (rows: readonly Row[]) => void): Promise<readonly Row[]>;
}
