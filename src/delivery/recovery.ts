import type { Journal, JournalRow } from '../storage/journal.js';
import type { DeliveryLimits } from './limits.js';
import type { Settler } from './settler.js';

// A crash leaves no more in flight than were dispatched at once; a few crashes in a row a little more.
const ROWS_AT_ONCE = 64;

interface RecoveryPorts {
  readonly journal: Journal;
  readonly owner: string;
  readonly now: () => number;
  readonly limits: DeliveryLimits;
  readonly settler: Settler;
}

/** Adds to `rows` those that somebody who is gone was dispatching; they are ours from here on, also if it rejects then. */
export async function takeOver(
  rows: JournalRow[],
  { journal, owner, now, limits }: Pick<RecoveryPorts, 'journal' | 'owner' | 'now' | 'limits'>,
): Promise<void> {
  for (;;) {
    const some = await journal.takeOver(owner, now() + limits.retry.maxMs, ROWS_AT_ONCE);
    if (some.length === 0) return;
    rows.push(...some);
  }
}

/** Nobody knows how their dispatches ended: they wait in their conversations, at the front, to be looked up. */
export function giveBack(
  rows: readonly JournalRow[],
  { settler, now }: Pick<RecoveryPorts, 'settler' | 'now'>,
): void {
  const time = now();
  for (const row of rows) settler.add(row, { t: 'deferred', id: row.id, nextAt: time, unansweredAt: time });
}
