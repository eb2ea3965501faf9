import type { JournalRow, Source } from '../storage/rows.js';

/** How an event arrived, for those who look for it later. */
export class Arrival {
  /** Milliseconds from its receipt until it was on the disk; undefined until then. */
  journaledMs: number | undefined = undefined;
  #acknowledgedMs: number | undefined = undefined;
  #waiting: (() => void)[] | undefined = undefined;

  /** The socket that brought the event. */
  constructor(readonly socketId: string) {}

  /** Milliseconds from its receipt until Slack was told; undefined until then, and if it never is. */
  get acknowledgedMs(): number | undefined {
    return this.#acknowledgedMs;
  }

  acknowledged(ms: number): void {
    this.#acknowledgedMs = ms;
    for (const tell of this.#waiting ?? []) tell();
    this.#waiting = undefined;
  }

  /** Calls `tell` at the acknowledgement, which may wait for a workflow's answer; never if there is none. */
  whenAcknowledged(tell: () => void): void {
    this.#waiting ??= [];
    this.#waiting.push(tell);
  }
}

/** A row that is being dispatched, with what is known of its arrival. */
export interface HeldRow extends JournalRow {
  readonly arrival?: Arrival | undefined;
}

// Of so many events that wait, at least, and of twice as many at most.
const REMEMBERED = 10_000;

/** How events arrived that wait for their dispatch: the latest. */
export class Arrivals {
  // Forgotten as a whole: docs/architecture.md, "Avoiding promotion on the hot path".
  #young = new Map<string, Arrival>();
  #old = new Map<string, Arrival>();

  keep(row: Source & { readonly key: string }, arrival: Arrival): void {
    if (this.#young.size >= REMEMBERED) {
      this.#old = this.#young;
      this.#young = new Map();
    }
    this.#young.set(nameOf(row), arrival);
  }

  of(row: Source & { readonly key: string }): Arrival | undefined {
    const name = nameOf(row);
    return this.#young.get(name) ?? this.#old.get(name);
  }
}

function nameOf({ connectionId, key }: Source & { readonly key: string }): string {
  return `${connectionId} ${key}`;
}
