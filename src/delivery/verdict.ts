import { backoffDelay } from '../core/backoff.js';
import type { Random } from '../core/random.js';
import type { JournalRow, Settlement } from '../storage/journal.js';
import type { DeliveryLimits } from './limits.js';
import type { DispatchOutcome } from './sink.js';

/** What else is known when a dispatch has failed. Times are milliseconds since 1970. */
export interface Signs {
  readonly startedAt: number;
  readonly now: number;
  /** When the server last took any event. */
  readonly passedAt: number | undefined;
  /** Since when this row and no other has failed, with nothing delivered meanwhile. */
  readonly loneSince: number | undefined;
}

/**
 * What is done about a row whose dispatch ended so. A failure counts against the row only if the server took another
 * event about then; a failure that looks like an outage, only if it is not the row's first. Without such a sign a lack of
 * rights is everybody's.
 */
export function verdictOn(
  row: JournalRow,
  outcome: DispatchOutcome,
  signs: Signs,
  limits: DeliveryLimits,
  random: Random,
): Settlement {
  const { id, attempts } = row;
  switch (outcome.t) {
    case 'delivered':
      return { t: 'delivered', id, eventId: outcome.eventId, recovered: false };
    case 'poisoned':
    case 'unreadable':
      return { t: 'dead', id, reason: outcome.reason };
    case 'forbidden':
    case 'outage':
    case 'failed': {
      const { reason } = outcome;
      const { now, startedAt, passedAt, loneSince } = signs;
      const othersPass = passedAt !== undefined && passedAt >= startedAt - limits.signMs;
      const counted = othersPass && (outcome.t !== 'outage' || row.retried);
      if (counted && attempts >= limits.attempts)
        return {
          t: 'dead',
          id,
          reason: `${reason} (${attempts} attempts, while other events were delivered)`,
        };
      if (!counted && outcome.t === 'failed' && loneSince !== undefined && now - loneSince >= limits.loneMs)
        return {
          t: 'dead',
          id,
          reason: `${reason} (retried for too long, with no other event to compare it with)`,
        };
      return { t: 'retry', id, reason, counted, nextAt: now + backoffDelay(limits.retry, attempts, random) };
    }
  }
}
