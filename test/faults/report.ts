/** What a series of seeded runs with faults came to. */
export interface FaultReport {
  /** Figures, a line each, as they are to be read. */
  readonly lines: readonly string[];
  /** Whether everything that had to hold did hold. */
  readonly ok: boolean;
}

/** Runs once for each seed; every run prints its seed where it fails. */
export type FaultSeries = (seeds: readonly number[]) => Promise<FaultReport>;
