/** An event as it came in, and the connections it is for. */
export interface IntakeEvent {
  readonly appId: string;
  /** Slack's own id of it: event id, else trigger id, else envelope id. */
  readonly key: string;
  readonly connectionIds: readonly string[];
  /** What keeps its order within a connection: the channel, else the user, else an empty string. */
  readonly conversation: string;
  /** Those of the connections for which no order is kept: there the event waits for no other. */
  readonly unordered?: readonly string[];
  /** Someone waits for it: interactions and slash commands. */
  readonly urgent: boolean;
  readonly kind: string;
  /** The frame's text as received. */
  readonly body: string;
  /** Milliseconds since 1970, by the clock that delivery was given. */
  readonly receivedAt: number;
}

/** `duplicate`: every connection of the event had it before. Both are acknowledged. */
export type Taken = 'journaled' | 'duplicate';

export interface Intake {
  /**
   * Resolves when the event is on the disk, so that it may be acknowledged. Rejects when it is not: `overloaded` (this
   * app is over its limits), `journal_full`, `journal_damaged`, `journal_unavailable`, `stopped`.
   */
  take(event: IntakeEvent): Promise<Taken>;
}
