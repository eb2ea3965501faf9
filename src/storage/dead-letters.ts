import type { Source } from './rows.js';

/** A dead letter, without its body, which the journal keeps so that it can be sent again. */
export interface DeadRow extends Source {
  readonly id: number;
  readonly key: string;
  readonly kind: string;
  /** The type of its event; its kind where none could be made. */
  readonly type: string;
  /** The channel of its event; its conversation where none is known. */
  readonly channel: string;
  readonly receivedAt: number;
  readonly attempts: number;
  readonly reason: string;
  /** When it became a dead letter. Milliseconds since 1970. */
  readonly settledAt: number;
}

/** Selects the dead letters to which every given member applies. */
export interface DeadFilter {
  readonly connectionIds?: readonly string[] | undefined;
  readonly type?: string | undefined;
  readonly channel?: string | undefined;
  /** Dead letters since before this time. Milliseconds since 1970. */
  readonly before?: number | undefined;
}

/** One page of dead letters, by id. */
export interface DeadQuery extends DeadFilter {
  readonly after: number;
  readonly limit: number;
}

/** A dead letter that was put back into its lane, or removed. */
export interface Resent extends Source {
  readonly id: number;
  readonly key: string;
  /** UTF-8 length of its body. */
  readonly bytes: number;
}
