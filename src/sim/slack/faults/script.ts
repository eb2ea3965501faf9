/** How often a scripted fault happens, and to whom. */
export interface Occasion<Context> {
  /** How many times in a row; 1 unless said. Infinity lasts until it is lifted. */
  readonly times?: number;
  /** Only for what satisfies this. */
  readonly when?: (context: Context) => boolean;
}

/** A queue of faults: the first one that fits happens, as often as it was asked for. */
export class FaultScript<Fault, Context> {
  #entries: { fault: Fault; left: number; when: (context: Context) => boolean }[] = [];

  /** Adds one at the end; returns the way to lift it. */
  add(fault: Fault, occasion: Occasion<Context> = {}): () => void {
    const entry = { fault, left: occasion.times ?? 1, when: occasion.when ?? ((): boolean => true) };
    this.#entries.push(entry);
    return () => {
      entry.left = 0;
    };
  }

  /** The fault that happens now, if any; it counts as having happened. */
  take(context: Context): Fault | undefined {
    if (this.#entries.length === 0) return undefined;
    this.#entries = this.#entries.filter((entry) => entry.left > 0);
    const entry = this.#entries.find((each) => each.when(context));
    if (entry === undefined) return undefined;
    entry.left -= 1;
    return entry.fault;
  }

  clear(): void {
    this.#entries = [];
  }
}
