import type { JsonObject } from '../../../core/json.js';
import type { SocketTrouble } from '../link/socket-state.js';

/** The three kinds of envelopes that Slack sends. */
export type EnvelopeKind = 'events_api' | 'interactive' | 'slash_commands';

/** One delivery of an event: 0 is the first, the rest are Slack's retries. */
export interface Attempt {
  readonly number: number;
  readonly envelopeId: string;
  /** Clock's time at which it was routed. */
  readonly at: number;
  /** Where to; undefined if the app had no socket. */
  readonly socketId: string | undefined;
  /** What was wrong with that socket at that moment, and since when: nobody could have answered from there. */
  readonly trouble: SocketTrouble | undefined;
  outcome: 'waiting' | 'acknowledged' | 'timed_out' | 'unrouted';
  /** How often its envelope was sent; above 1 for a duplicate. */
  copies: number;
  /** Every acknowledgement of it, in time or not, oldest first. */
  readonly acknowledgements: Acknowledgement[];
}

export interface Acknowledgement {
  readonly at: number;
  readonly socketId: string;
  /** More than 3 s after the attempt: for Slack there was none. */
  readonly late: boolean;
  readonly payload: JsonObject | undefined;
}

/** One event and all that became of it. */
export interface LedgerEntry {
  /** Counts up from 1. */
  readonly number: number;
  readonly kind: EnvelopeKind;
  /** The inner event's type, the interaction's type, or the slash command. */
  readonly type: string;
  readonly appId: string;
  /** `app/enterprise/team`, with empty parts where there is none. */
  readonly installation: string;
  /** The event_id, else the trigger_id, else empty: what is the same in every attempt. */
  readonly key: string;
  readonly payload: JsonObject;
  readonly sentAt: number;
  readonly attempts: Attempt[];
  /**
   * `pending`: waiting for an acknowledgement, or for the next retry. `given_up`: none came in time, and there are
   * no more retries: as far as Slack knows, it is lost. `refused`: not sent at all (Socket Mode off, rate limit).
   */
  state: 'pending' | 'acknowledged' | 'given_up' | 'refused';
}
