import type { Clock } from '../../core/clock.js';
import { journalFull } from '../journal-full.js';
import type { Query } from './session.js';
import { readFileBytes, readSizes } from './stats.js';

// So old may an answer be: in this time the rows of other replicas and of this one fill little of a journal.
const FRESH_MS = 10_000;
// While events are refused, sooner.
const FRESH_WHEN_FULL_MS = 1000;

// What a few usual events take: a disk with room for less is as good as full.
const PROBE_BYTES = 64 * 1024;

// So that events are not refused for what was given up.
const CROWDED = 0.8;

/** How much of the journal's room is in use, counted now and then. */
export class Room {
  readonly #maxBytes: number;
  readonly #clock: Clock;
  #usedBytes = 0;
  #countedAt = -Infinity;

  constructor(maxBytes: number, clock: Clock) {
    this.#maxBytes = maxBytes;
    this.#clock = clock;
  }

  /** Rejects with `journal_full` when rows and keys take as much as they may. */
  async refuseWhenFull(query: Query): Promise<void> {
    await this.#count(query);
    if (this.#usedBytes < this.#maxBytes) return;
    throw journalFull(this.#maxBytes);
  }

  /** Whether so much is in use that dead letters must make room. */
  async isCrowded(query: Query): Promise<boolean> {
    await this.#count(query);
    return this.#usedBytes > CROWDED * this.#maxBytes;
  }

  async #count(query: Query): Promise<void> {
    const freshMs = this.#usedBytes < this.#maxBytes ? FRESH_MS : FRESH_WHEN_FULL_MS;
    const now = this.#clock.monotonic();
    if (now - this.#countedAt < freshMs) return;
    // Rows take no more than the files do, whose size is there without a count.
    const fileBytes = await readFileBytes(query);
    const mayBeCrowded = fileBytes > CROWDED * this.#maxBytes;
    this.#usedBytes = mayBeCrowded ? (await readSizes(query)).usedBytes : fileBytes;
    this.#countedAt = now;
  }
}

/** Writes one record, as a sign that the disk takes something. */
export async function probe(query: Query, now: number): Promise<void> {
  await query(
    `INSERT INTO ak_slack.probes (id, at, filler) VALUES (1, $1, decode(repeat('00', ${PROBE_BYTES}), 'hex'))
      ON CONFLICT (id) DO UPDATE SET at = excluded.at, filler = excluded.filler`,
    [now],
  );
}
