import type { Backoff } from '../core/backoff.js';

/** Every number that delivery keeps to. Durations are milliseconds. */
export interface DeliveryLimits {
  /** Dispatches under way at once, over all connections, at most. */
  readonly concurrency: number;
  /** Of which one connection may have. */
  readonly perConnection: number;
  /** Dispatches that only urgent rows may begin, beyond what the others use. */
  readonly urgentReserve: number;
  /** A row of which no event can be made in this time is given up. */
  readonly mappingMs: number;
  /** A dispatch that takes longer, from when the request leaves, is aborted and counts as an outage. */
  readonly dispatchMs: number;
  /** Events of one app that wait to be written; beyond it the app is refused. */
  readonly queuedPerApp: number;
  /** And the length of their bodies. */
  readonly queuedBytesPerApp: number;
  /** Bodies of one app that wait to be delivered, in bytes; beyond it the app is refused. */
  readonly backlogBytesPerApp: number;
  /** Rows, and bytes of bodies, that are written in one go. */
  readonly batchRows: number;
  readonly batchBytes: number;
  /** Between the dispatches of a row that failed. */
  readonly retry: Backoff;
  /** Failures that count against a row before it is given up. */
  readonly attempts: number;
  /** A row fails for its own fault if another was delivered this long before its dispatch, or later. */
  readonly signMs: number;
  /** A row that fails with nothing to compare it with is given up after this. */
  readonly loneMs: number;
  /** Between looks whether an outage is over. */
  readonly probe: Backoff;
  /** Failures in a row, whatever their kind, that make an outage. */
  readonly failuresOfOutage: number;
  /**
   * Before a row is looked up whose dispatch had no answer because of the server, since that took the first event after it; and
   * the least between the last start of such later events and the time when the row counts as never to start.
   */
  readonly lookUpAfterMs: number;
  /** Between look-ups of an event that the server has and that started nothing. */
  readonly lookUpEveryMs: number;
  /** It is sent again after this, where nothing tells whether the server has come to it. */
  readonly lookUpUntilMs: number;
  /** It is sent again after this, although the server is known to be behind. */
  readonly lookUpBehindMs: number;
  /** A row that is not found is sent after this, where the server is well or takes no other event: its request may be under way. */
  readonly recoveryDelayMs: number;
  /** Between looks at what the other processes that share the journal left, and at what waits for any of them. */
  readonly sharedMs: number;
  /** A row of an app that other processes host is claimed when it has been ready for so long. */
  readonly unhostedMs: number;
  /** Between counts of what waits there: each process counts only what it writes and delivers itself. */
  readonly recountMs: number;
  /** Between writes while the journal cannot be written. */
  readonly journalRetryMs: number;
  /** Bodies of delivered rows are kept this long. */
  readonly bodiesMs: number;
  /** Keys of delivered rows are kept this long. */
  readonly keysMs: number;
  /** The paths of events are kept this long after their end, or until their table has a tenth of the journal's room. */
  readonly pathsMs: number;
  /** Dead letters are kept this long, unless their room is needed. */
  readonly deadMs: number;
  /** Between rounds of pruning, and between the small steps of one. */
  readonly pruneMs: number;
  readonly pruneStepMs: number;
  readonly pruneRows: number;
  /** How long stop() lets dispatches finish before it aborts them. */
  readonly drainMs: number;
}

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

export const DEFAULT_LIMITS: DeliveryLimits = {
  // AK takes 100 events a second at 8 at once and 120 at 32, each then waiting ten times as long: more only slows it down.
  concurrency: 28,
  perConnection: 24,
  urgentReserve: 4,
  mappingMs: 5 * SECOND,
  dispatchMs: 30 * SECOND,
  queuedPerApp: 5000,
  queuedBytesPerApp: 64 * 1024 ** 2,
  backlogBytesPerApp: 1024 ** 3,
  batchRows: 256,
  batchBytes: 4 * 1024 ** 2,
  retry: { firstMs: SECOND, factor: 2, maxMs: MINUTE },
  attempts: 8,
  signMs: 10 * SECOND,
  loneMs: 30 * MINUTE,
  probe: { firstMs: 500, factor: 2, maxMs: 15 * SECOND },
  failuresOfOutage: 4,
  lookUpAfterMs: 10 * SECOND,
  lookUpEveryMs: 5 * SECOND,
  lookUpUntilMs: 2 * MINUTE,
  // An activity that was in the hands of a killed AK is given to the next one after ten minutes.
  lookUpBehindMs: 15 * MINUTE,
  // With the lease of a dead process, what it was sending is sent again within five seconds.
  recoveryDelayMs: 1.5 * SECOND,
  sharedMs: 500,
  unhostedMs: 10 * SECOND,
  recountMs: 30 * SECOND,
  journalRetryMs: 2 * SECOND,
  bodiesMs: MINUTE,
  // Slack repeats a delayed event for up to 24 hours (Slack: Events API, delayed events).
  keysMs: 26 * HOUR,
  pathsMs: 26 * HOUR,
  deadMs: 30 * 24 * HOUR,
  pruneMs: 10 * SECOND,
  pruneStepMs: 10,
  pruneRows: 200,
  drainMs: 5 * SECOND,
};
