import type { Deadlines } from '../core/cancellation.js';
import type { Clock } from '../core/clock.js';
import { errorMessage, PluginError } from '../core/errors.js';
import type { Membership } from '../storage/cluster.js';
import type { Settlement } from '../storage/journal.js';
import type { HeldRow } from './arrival.js';
import type { Concurrency } from './concurrency.js';
import { noteDispatch } from './event-path.js';
import { labelOf } from './events.js';
import { isUnanswered, lookUp, type LookUpPorts } from './look-up.js';
import type { DispatchOutcome, Send } from './sink.js';
import { decideRetry } from './retry-decision.js';

export interface AttemptPorts extends LookUpPorts {
  readonly clock: Clock;
  readonly concurrency: Concurrency;
  readonly membership: Membership;
}

/** Why dispatches are aborted whose rows may be another process's by now. */
export const LEASE_HAS_ENDED = new PluginError(
  'journal_unavailable',
  'the lease of this process has ended: another process may dispatch the event',
);

/** The time limits of what is asked of the server. Both are ended when the process stops. */
export interface AttemptDeadlines {
  readonly lookUps: Deadlines;
  /** Also aborted when the lease ends under which the dispatches were begun. */
  readonly dispatches: Deadlines;
}

/**
 * Hands one row to the sink, after a look-up if an earlier dispatch had no answer. Resolves with what is to be written about
 * it, or with nothing when `deadlines` were ended: then nobody knows what the server did, as after a crash.
 */
export async function attempt(
  row: HeldRow,
  inFlight: number,
  ports: AttemptPorts,
  { lookUps, dispatches }: AttemptDeadlines,
): Promise<Settlement | undefined> {
  const known = isUnanswered(row) ? await lookUp(row, ports, lookUps) : 'send';
  return known === 'send' ? dispatch(row, inFlight, ports, dispatches) : known;
}

/** Hands a row to the sink, and learns from the outcome. */
async function dispatch(
  row: HeldRow,
  inFlight: number,
  ports: AttemptPorts,
  deadlines: Deadlines,
): Promise<Settlement | undefined> {
  const { clock, now, limits, random, watch, membership } = ports;
  const startedAt = now();
  const begunInOutage = watch.reason !== undefined;
  const send = prepare(row, ports);
  // The last look before the request leaves: another process may have the row by now.
  if (!membership.holds(row)) {
    watch.notAsked(now());
    return { t: 'released', id: row.id };
  }
  const began = clock.monotonic();
  const outcome = typeof send === 'function' ? await ask(send, ports, deadlines) : send;
  const ms = clock.monotonic() - began;
  if (deadlines.isEnded && outcome.t !== 'delivered') return undefined;
  // Step `abort` of docs/replicas-model. It says nothing of the server, and the row may be another process's by now.
  if (outcome === LEASE_ENDED) {
    watch.notAsked(now());
    return { t: 'deferred', id: row.id, nextAt: now(), unansweredAt: now() };
  }
  const signs = {
    startedAt,
    begunInOutage,
    now: now(),
    passedAt: watch.passedAt,
    loneSince: watch.loneSince(row.id),
  };
  const verdict = decideRetry(row, outcome, signs, limits, random);
  const isFaultOfRow = verdict.t === 'dead' || (verdict.t === 'retry' && verdict.counted);
  learn(row, outcome, { ms, inFlight, isFaultOfRow }, ports);
  tell(row, verdict, ms, ports);
  const ended = { at: startedAt, ms, answer: outcome.t };
  return { path: noteDispatch(row, outcome, ended, ports.notePath), ...verdict };
}

/** What is our own work on the row says nothing of the server, and holds up everybody: too much of it ends the row. */
function prepare(row: HeldRow, { sink, clock, limits }: AttemptPorts): Send | DispatchOutcome {
  const began = clock.monotonic();
  try {
    const send = sink.prepare(row);
    const ms = clock.monotonic() - began;
    if (ms <= limits.mappingMs) return send;
    return { t: 'unreadable', reason: `mapping the event took ${Math.round(ms)} ms` };
  } catch (error) {
    return { t: 'unreadable', reason: errorMessage(error) };
  }
}

/** How a dispatch ended that was aborted because the lease ended. */
const LEASE_ENDED: DispatchOutcome = { t: 'unanswered', reason: 'the lease of this process has ended' };

/** The time limit is the server's alone: it starts when the request leaves. */
async function ask(
  send: Send,
  { limits }: Pick<AttemptPorts, 'limits'>,
  deadlines: Deadlines,
): Promise<DispatchOutcome> {
  const limit = deadlines.start(limits.dispatchMs, 'the dispatch');
  try {
    const outcome = await send(limit.signal);
    return outcome.t !== 'delivered' && limit.signal.reason === LEASE_HAS_ENDED ? LEASE_ENDED : outcome;
  } catch (error) {
    if (limit.signal.reason === LEASE_HAS_ENDED) return LEASE_ENDED;
    if (limit.signal.aborted) return { t: 'unanswered', reason: errorMessage(limit.signal.reason) };
    return { t: 'failed', reason: errorMessage(error) };
  } finally {
    limit.cleanup();
  }
}

function learn(
  row: HeldRow,
  outcome: DispatchOutcome,
  { ms, inFlight, isFaultOfRow }: { ms: number; inFlight: number; isFaultOfRow: boolean },
  { watch, progress, concurrency, now }: AttemptPorts,
): void {
  if (outcome.t === 'unanswered' || outcome.t === 'outage') progress.unanswered(now());
  if (outcome.t === 'outage') progress.stopped(now());
  switch (outcome.t) {
    case 'delivered':
      progress.took(now(), {
        connectionId: row.connectionId,
        eventId: outcome.eventId,
        eventType: outcome.eventType ?? '',
      });
      concurrency.answered(ms, inFlight);
      watch.answered(now(), true);
      break;
    case 'poisoned':
      watch.answered(now(), false);
      break;
    case 'unreadable':
      watch.notAsked(now());
      break;
    case 'forbidden':
    case 'outage':
    case 'unanswered':
    case 'failed':
      if (!isFaultOfRow) concurrency.failed();
      if (outcome.t === 'forbidden' && isFaultOfRow) watch.answered(now(), false);
      else {
        const isCertain = outcome.t !== 'failed' && !isFaultOfRow;
        watch.failed(row.id, now(), outcome.reason, isCertain, outcome.t !== 'unanswered');
      }
      break;
  }
}

function tell(row: HeldRow, verdict: Settlement, ms: number, { events, now }: AttemptPorts): void {
  const label = labelOf(row);
  const { attempts } = row;
  switch (verdict.t) {
    case 'delivered':
      events.emit({
        t: 'dispatched',
        row: label,
        eventId: verdict.eventId,
        attempts,
        ms,
        waitedMs: now() - row.receivedAt,
      });
      break;
    case 'dead':
      events.emit({ t: 'dead', row: label, attempts, reason: verdict.reason });
      break;
    case 'retry':
      events.emit({
        t: 'retried',
        row: label,
        attempts,
        reason: verdict.reason,
        unanswered: verdict.unansweredAt !== undefined,
      });
      break;
    case 'deferred':
    case 'released':
      break;
  }
}
