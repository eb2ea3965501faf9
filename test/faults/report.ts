/** What a series of seeded runs with faults came to. */
export interface FaultReport {
  /** Figures, a line each, as they are to be read. */
  readonly lines: readonly string[];
  /** Whether everything that had to hold did hold. */
  readonly ok: boolean;
  /** A limit in time was not kept, which a machine that others use may do by itself. */
  readonly isLate?: boolean;
}

/** What a series may be told besides its seeds. */
export interface FaultOptions {
  /** How many bad requests and frames each run of `strangers` sends. */
  readonly requests?: number;
}

/** Runs once for each seed; every run prints its seed where it fails. */
export type FaultSeries = (seeds: readonly number[], options?: FaultOptions) => Promise<FaultReport>;
