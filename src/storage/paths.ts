import type { Source } from './rows.js';

/** Every step of a path is a text of this length, and so many are kept: the first and the last ones. */
export const PATH_STEP_LENGTH = 11;
export const PATH_STEPS = 4;

/** What is noted of the path of a row, in texts that the journal does not interpret. */
export interface PathNote {
  /** The path is found by this key, and by the server's event id. */
  readonly key: string;
  /** Noted once; only a later note without a step replaces it. */
  readonly origin: string;
  /** The latest step, or an empty string. */
  readonly step: string;
}

/** The path of a row, as it was noted. */
export interface PathRecord {
  /** The row's id. */
  readonly id: number;
  readonly key: string;
  /** The server's event id; empty if it never had one. */
  readonly eventId: string;
  readonly origin: string;
  /** How many steps there were. */
  readonly count: number;
  /** The steps that are kept: the first and the last ones. */
  readonly steps: readonly string[];
}

/** Where a row with a key is at present. `ended`: it was delivered, or is a dead letter that was removed. */
export interface KnownRow extends Source {
  readonly id: number | undefined;
  readonly receivedAt: number;
  readonly state: 'waiting' | 'sending' | 'dead' | 'ended';
  readonly attempts: number;
  /** Why the last dispatch failed, if it did. */
  readonly reason: string | undefined;
}
