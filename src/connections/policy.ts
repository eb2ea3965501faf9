import type { Backoff } from '../core/backoff.js';
import type { QuestionLimits } from './questions.js';

/** Durations in milliseconds. */
export interface LivePolicy {
  /** Between two looks at the server. */
  readonly reconcileMs: number;
  /** While the server answers the same: so long for each connection, but no longer than `reconcileMaxMs`. */
  readonly reconcileMsEach: number;
  readonly reconcileMaxMs: number;
  /** While another process looks, and tells this one what has changed. */
  readonly followMs: number;
  /** All statuses are compared with what the server holds after this long, whatever was announced; asks nobody. */
  readonly statusSweepMs: number;
  /** A trouble that passes sooner is not shown. */
  readonly settleMs: number;
  /** After a status could not be brought to the server. */
  readonly statusRetry: Backoff;
  /** At a stop, all connections' statuses are brought to the server within this, or not at all. */
  readonly finalStatusesMs: number;
  /** A deployment may be replaced within this time without its sockets closing. */
  readonly graceMs: number;
  /** Variables are read again after this long (with jitter), whatever happened. */
  readonly sweepMs: number;
  /** The same for connections of apps whose sockets other processes open. */
  readonly othersSweepMs: number;
  /** The same for connections that are not set up completely. */
  readonly incompleteMs: number;
  /** An answer to the server waits no longer than this for variables that were never read. */
  readonly answerMs: number;
  /** What Slack said of a bot token is asked again after this long at most; revocations are also announced by events. */
  readonly identityMs: number;
  /** The same when Slack did not answer, at first; longer each time. */
  readonly identityRetryMs: number;
  /** Questions to Slack about bot tokens of which it has said whose they are. */
  readonly knownTokens: QuestionLimits;
  /** The same about all others: anybody can write as many as they like. */
  readonly newTokens: QuestionLimits;
  /** Events of an app that are for nobody wait so long at most for Slack's word on its connections' bot tokens, ... */
  readonly undecidedMs: number;
  /** ... once in this time. */
  readonly undecidedEveryMs: number;
}

export const LIVE_POLICY: LivePolicy = {
  reconcileMs: 1_500,
  reconcileMsEach: 0.5,
  reconcileMaxMs: 10_000,
  followMs: 30_000,
  statusSweepMs: 30_000,
  settleMs: 1_500,
  statusRetry: { firstMs: 1_000, factor: 2, maxMs: 15_000 },
  finalStatusesMs: 5_000,
  graceMs: 5_000,
  sweepMs: 10 * 60_000,
  othersSweepMs: 60 * 60_000,
  incompleteMs: 10_000,
  answerMs: 2_000,
  identityMs: 10 * 60_000,
  identityRetryMs: 5_000,
  knownTokens: { atATime: 32, burst: 200, everyMs: 5 },
  newTokens: { atATime: 8, burst: 50, everyMs: 20 },
  undecidedMs: 10 * 60_000,
  undecidedEveryMs: 24 * 3_600_000,
};
