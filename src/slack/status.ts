import type { SocketStateName } from './socket-state.js';

/**
 * Why another token of the app is used: it was saved later; or Slack has accepted it, and not this one yet; or neither is
 * known to be so.
 */
export type SupersededBy = 'newer' | 'accepted' | 'other';

/** What became of one app-level token of an app. Never holds the token itself: `setAt` tells two of them apart. */
export interface TokenVerdict {
  readonly setAt: number;
  readonly verdict:
    | { readonly t: 'untried' }
    /** Slack said hello to a socket of it. */
    | { readonly t: 'valid' }
    /** Another one of the same app is used instead. */
    | { readonly t: 'superseded'; readonly by: SupersededBy }
    /** Slack refused it for good; it is tried again at `probeAt` (milliseconds since 1970). */
    | {
        readonly t: 'refused';
        readonly error: string;
        readonly advice: string;
        readonly probeAt: number;
      };
}

/** One socket that is not closed. Durations are milliseconds. */
export interface SocketFacts {
  readonly id: string;
  readonly state: SocketStateName;
  /** Since it was opened. */
  readonly ageMs: number;
  /** Until it is replaced in the normal course of things; absent before Slack has greeted it. */
  readonly renewsInMs?: number | undefined;
  /** Envelopes that it brought and that await their acknowledgement. */
  readonly inFlight: number;
}

interface Common {
  /** Sockets that Slack delivers events to now. */
  readonly sockets: number;
  /** As many as there should be. */
  readonly wanted: number;
  /** Sockets that Slack counts for this app beyond ours: other programs, or remains of broken connections. */
  readonly ghosts: number;
  readonly tokens: readonly TokenVerdict[];
  /** Whether Slack has greeted a socket of this app or refused one since the pool was made; an outage does neither. */
  readonly answered: boolean;
  /** Whether Slack has greeted a socket of this app since then: its id is no claim of somebody's any more. */
  readonly greeted: boolean;
  /** Where several processes share the app: how many of the sockets others have, and how many processes have any. */
  readonly elsewhere?: { readonly sockets: number; readonly replicas: number };
}

/** How the sockets of one app are. The sentences are for people; they hold no secrets. */
export type AppSocketsStatus =
  /** No socket has been live yet. */
  | (Common & { readonly t: 'opening'; readonly doing: string })
  /** As many sockets as wanted. */
  | (Common & { readonly t: 'live' })
  /** Events arrive, and a socket is being replaced in the normal course of things. */
  | (Common & { readonly t: 'renewing'; readonly doing: string })
  /** Fewer sockets than wanted, or none for a moment: `reason` why, `doing` what is done about it. */
  | (Common & { readonly t: 'degraded'; readonly reason: string; readonly doing: string })
  /** Nothing works until a person acts: `advice` says how. */
  | (Common & { readonly t: 'broken'; readonly error: string; readonly advice: string });
