import { backoffDelay } from '../core/backoff.js';
import type { Deadlines } from '../core/cancellation.js';
import type { Channel } from '../core/channel.js';
import { PluginError, serverReason, type ErrorCode } from '../core/errors.js';
import type { Random } from '../core/random.js';
import type { Settlement } from '../storage/journal.js';
import type { PathNote } from '../storage/paths.js';
import type { HeldRow } from './arrival.js';
import { noteDispatch } from './event-path.js';
import { labelOf, type DeliveryEvent } from './events.js';
import type { DeliveryLimits } from './limits.js';
import type { OutageWatch } from './outage-watch.js';
import type { Progress, ServerProgress } from './server-progress.js';
import type { EventSink, Fate, Sighting, TakenEvent } from './sink.js';

const OUTAGES: ReadonlySet<ErrorCode> = new Set(['server_unavailable', 'timeout', 'unauthenticated']);

export interface LookUpPorts {
  readonly sink: EventSink;
  readonly now: () => number;
  readonly random: Random;
  readonly limits: DeliveryLimits;
  readonly events: Channel<DeliveryEvent>;
  readonly watch: OutageWatch;
  readonly progress: ServerProgress;
  /** How often the server has refused to tell about a row, by the row's id. */
  readonly refusals: Map<number, number>;
  /** Notes something of the path of a row whose claim has ended. */
  readonly notePath: (id: number, note: PathNote) => void;
}

/** A row whose last dispatch ended at `unansweredAt`, and nobody knows how. */
interface Unanswered extends HeldRow {
  readonly unansweredAt: number;
}

export function isUnanswered(row: HeldRow): row is Unanswered {
  return row.unansweredAt !== undefined;
}

/**
 * Finds out whether the server has a row whose dispatch had no answer. Resolves with what is to be written about it; with
 * `send` if it is to be sent again now; or with nothing when `deadlines` were ended.
 */
export async function lookUp(
  row: Unanswered,
  ports: LookUpPorts,
  deadlines: Deadlines,
): Promise<Settlement | 'send' | undefined> {
  const { sink, progress, watch, refusals, limits, now } = ports;
  // The clock may have been ahead when that was written.
  const unansweredAt = Math.min(row.unansweredAt, now());
  // A server that is well did not lose the answer, the process that waited for it did: what that sent has arrived, or never will.
  const takenAt = progress.isWellSince(unansweredAt) ? undefined : progress.tookSince(unansweredAt);
  const { id } = row;
  const startedAt = now();
  if (takenAt !== undefined && now() < takenAt + limits.lookUpAfterMs) {
    watch.notAsked(now());
    return { t: 'deferred', id, nextAt: takenAt + limits.lookUpAfterMs, unansweredAt };
  }
  const limit = deadlines.start(limits.dispatchMs, 'the look-up');
  const { signal } = limit;
  try {
    // First: what had started by then, and was found after, was not overlooked.
    const comeTo = await progress.since(unansweredAt, now, (taken) => fateOf(taken, sink, signal));
    const askedAt = now();
    const sighting = await sink.find(row, signal);
    if (now() - askedAt > limits.recoveryDelayMs) progress.stopped(now());
    progress.answered(now());
    refusals.delete(row.id);
    const answersSince = Math.max(progress.answersSince ?? now(), unansweredAt);
    const signs = { now: now(), unansweredAt, takenAt, answersSince, comeTo };
    const decision = decide(sighting, signs, limits);
    if (decision === 'send') return 'send';
    if (decision === 'delivered') return delivered(row, sighting, startedAt, ports);
    watch.notAsked(now());
    return { t: 'deferred', id, nextAt: decision.nextAt, unansweredAt };
  } catch (error) {
    if (deadlines.isEnded) return undefined;
    // Where all of it took too long, the server answered: each question has a shorter time limit of its own.
    const isOfRow = signal.aborted || (watch.passedAt ?? -Infinity) >= startedAt - limits.signMs;
    return failed(row, { unansweredAt, isOfRow }, error, ports);
  } finally {
    limit.cleanup();
  }
}

/** Nothing is known of an event about which the server will not speak, as when its connection was deleted. */
async function fateOf(taken: TakenEvent, sink: EventSink, signal: AbortSignal): Promise<Fate> {
  try {
    return await sink.fateOf(taken, signal);
  } catch (error) {
    if (signal.aborted || isOutage(error)) throw error;
    return 'none';
  }
}

/** What else is known of a row that was looked up. Times are milliseconds since 1970. */
interface LookUpSigns {
  readonly now: number;
  readonly unansweredAt: number;
  /** When the server took the first event since. */
  readonly takenAt: number | undefined;
  /** Since when look-ups are answered. */
  readonly answersSince: number;
  /** Whether the server has come to what it was given then. */
  readonly comeTo: Progress;
}

/** What follows from a look-up; `nextAt` says when to look again. */
function decide(
  sighting: Sighting,
  { now, unansweredAt, takenAt, answersSince, comeTo }: LookUpSigns,
  limits: DeliveryLimits,
): 'delivered' | 'send' | { readonly nextAt: number } {
  switch (sighting.t) {
    case 'settled':
      return 'delivered';
    case 'absent': {
      // The request may still be under way in the server.
      const nextAt = answersSince + limits.recoveryDelayMs;
      return takenAt !== undefined || now >= nextAt ? 'send' : { nextAt };
    }
    case 'unstarted': {
      const most = comeTo.t === 'unknown' ? limits.lookUpUntilMs : limits.lookUpBehindMs;
      const isLate = now >= (takenAt ?? answersSince) + most;
      const isTooLate = now >= unansweredAt + limits.loneMs;
      const isOver = isPassedBy(comeTo, now, limits) || isLate || isTooLate;
      return isOver ? 'send' : { nextAt: now + limits.lookUpEveryMs };
    }
  }
}

/**
 * Whether what the server was given later has started, and as much time has passed since then as the slowest of it took: the
 * server does not keep to the order strictly.
 */
function isPassedBy(comeTo: Progress, now: number, { lookUpAfterMs }: DeliveryLimits): boolean {
  return comeTo.t === 'started' && now >= comeTo.since + Math.max(comeTo.slowestMs, lookUpAfterMs);
}

function delivered(
  row: Unanswered,
  sighting: Sighting,
  startedAt: number,
  { watch, events, now, notePath }: LookUpPorts,
): Settlement {
  watch.found(now());
  const eventId = 'eventId' in sighting ? sighting.eventId : '';
  events.emit({ t: 'recovered_unconfirmed', row: labelOf(row), eventId });
  const found = { at: startedAt, ms: now() - startedAt, answer: 'found' } as const;
  const path = noteDispatch(row, {}, found, notePath);
  return { t: 'delivered', id: row.id, eventId, recovered: true, path };
}

/**
 * The row's conversation waits, because its order depends on it. When the server answers again and again, or others, but
 * not what was asked, the row counts as not found: what it says of the dispatch decides then, and none of that counts against
 * the row. `isOfRow` if others pass, so that they need not wait for this row.
 */
function failed(
  row: Unanswered,
  { unansweredAt, isOfRow }: { unansweredAt: number; isOfRow: boolean },
  error: unknown,
  { watch, progress, refusals, limits, random, events, now }: LookUpPorts,
): Settlement | 'send' {
  const { id, attempts } = row;
  const reason = serverReason(error);
  if (!isOfRow && isOutage(error)) {
    progress.stopped(now());
    watch.failed(id, now(), reason, true, false);
    return { t: 'deferred', id, nextAt: now() + backoffDelay(limits.retry, attempts, random), unansweredAt };
  }
  const refused = (refusals.get(id) ?? 0) + 1;
  if (refused >= limits.attempts) {
    refusals.delete(id);
    return 'send';
  }
  refusals.set(id, refused);
  events.emit({ t: 'lookup_failed', row: labelOf(row), reason });
  watch.notAsked(now());
  return { t: 'deferred', id, nextAt: now() + backoffDelay(limits.retry, refused, random), unansweredAt };
}

/** Whether it says that the server cannot answer us at all. */
function isOutage(error: unknown): boolean {
  return error instanceof PluginError && OUTAGES.has(error.code);
}
