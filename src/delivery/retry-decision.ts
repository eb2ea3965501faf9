import { backoffDelay } from '../core/backoff.js';
import type { Random } from '../core/random.js';
import type { Settlement } from '../storage/journal.js';
import type { JournalRow } from '../storage/rows.js';
import type { DeliveryLimits } from './limits.js';
import type { DispatchOutcome } from './sink.js';

/** What else is known when a dispatch has failed. Times are milliseconds since 1970. */
export interface Signs {
  readonly startedAt: number;
  readonly now: number;
  /** Whether the server was known to take nothing when the dispatch began. */
  readonly begunInOutage: boolean;
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
export function decideRetry(
  row: JournalRow,
  outcome: DispatchOutcome,
  signs: Signs,
  limits: DeliveryLimits,
  random: Random,
): Settlement {
  const { id, attempts } = row;
  const { eventType: type, channel } = outcome;
  switch (outcome.t) {
    case 'delivered':
      return { t: 'delivered', id, eventId: outcome.eventId, recovered: false };
    case 'poisoned':
    case 'unreadable':
      return { t: 'dead', id, reason: outcome.reason, type, channel };
    case 'forbidden':
    case 'outage':
    case 'unanswered':
    case 'failed': {
      const { reason } = outcome;
      const { now, startedAt, passedAt, loneSince } = signs;
      const othersPass = passedAt !== undefined && passedAt >= startedAt - limits.signMs;
      // One that began when all was well met whatever ended that half-way; later ones met a server that starts nothing.
      const isUnsure = outcome.t === 'outage' && outcome.unsure === true && !signs.begunInOutage;
      const unansweredAt = outcome.t === 'unanswered' || isUnsure ? now : undefined;
      const isOfRow = outcome.t === 'forbidden' || outcome.t === 'failed' || row.retried;
      const counted = othersPass && isOfRow;
      if (counted && attempts >= limits.attempts) {
        const why = `AutoKitteh did not take the event in ${attempts} attempts, and took others meanwhile: ${reason}`;
        return { t: 'dead', id, reason: why, unansweredAt, type, channel };
      }
      if (!counted && outcome.t === 'failed' && loneSince !== undefined && now - loneSince >= limits.loneMs) {
        const why = `AutoKitteh did not take the event for too long, and there was no other to compare it with: ${reason}`;
        return { t: 'dead', id, reason: why, type, channel };
      }
      const nextAt = now + backoffDelay(limits.retry, attempts, random);
      return { t: 'retry', id, reason, counted, nextAt, unansweredAt };
    }
  }
}
