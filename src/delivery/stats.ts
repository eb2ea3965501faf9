import type { JournalStats } from '../storage/journal.js';

/** What is known without the journal. */
export interface LiveStats {
  readonly inFlight: number;
  /** How many dispatches may be under way at present. */
  readonly concurrency: number;
  /** Why the server takes nothing at present, if so. */
  readonly outage: string | undefined;
  /** Why the journal cannot be written at present, if so. */
  readonly journalFailing: string | undefined;
}

/** What a status page and the metrics show. */
export interface DeliveryStats extends LiveStats {
  /** Not delivered yet, those in flight included. */
  readonly waiting: number;
  readonly waitingByConnection: ReadonlyMap<string, number>;
  readonly dead: number;
  /** Of the journal: bytes that hold something, and bytes on the disk. */
  readonly usedBytes: number;
  readonly fileBytes: number;
  /** All that the journal has counted, when it could last be asked. */
  readonly journal: JournalStats;
}

export function deliveryStats(journal: JournalStats, live: LiveStats): DeliveryStats {
  const waitingByConnection = new Map<string, number>();
  let waiting = 0;
  let dead = 0;
  for (const source of journal.sources) {
    waiting += source.waiting;
    dead += source.dead;
    const before = waitingByConnection.get(source.connectionId) ?? 0;
    if (source.waiting > 0) waitingByConnection.set(source.connectionId, before + source.waiting);
  }
  const { usedBytes, fileBytes } = journal;
  return { ...live, waiting, waitingByConnection, dead, usedBytes, fileBytes, journal };
}
