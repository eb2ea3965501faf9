import { backoffDelay } from '../core/backoff.js';
import { sleep, type Clock } from '../core/clock.js';
import type { Random } from '../core/random.js';
import type { Channel } from '../core/channel.js';
import type { Journal, JournalRow } from '../storage/journal.js';
import type { DeliveryEvent } from './events.js';
import type { DeliveryLimits } from './limits.js';
import { labelOf } from './row-label.js';
import type { Settler } from './settler.js';
import type { EventSink } from './sink.js';

// A crash leaves no more in flight than were dispatched at once; a few crashes in a row a little more.
const ROWS_AT_ONCE = 64;

export interface RecoveryPorts {
  readonly journal: Journal;
  readonly sink: EventSink;
  readonly owner: string;
  readonly clock: Clock;
  readonly now: () => number;
  readonly random: Random;
  readonly limits: DeliveryLimits;
  readonly events: Channel<DeliveryEvent>;
  readonly settler: Settler;
  readonly delivered: (row: JournalRow) => void;
}

/** Rows that somebody who is gone was dispatching; they are ours from here on. */
export async function takeOver({
  journal,
  owner,
  now,
}: Pick<RecoveryPorts, 'journal' | 'owner' | 'now'>): Promise<JournalRow[]> {
  const rows: JournalRow[] = [];
  for (;;) {
    const some = await journal.takeOver(owner, now(), ROWS_AT_ONCE);
    if (some.length === 0) return rows;
    rows.push(...some);
  }
}

/**
 * Decides about each: one whose earlier dispatch failed is sent again, because the server stores an event before it
 * starts anything; any other is looked up, and sent again if the server does not have it. Rejects when `signal` aborts.
 */
export async function recover(
  rows: readonly JournalRow[],
  ports: RecoveryPorts,
  signal: AbortSignal,
): Promise<void> {
  const [again, unknown] = [rows.filter((row) => row.retried), rows.filter((row) => !row.retried)];
  for (const row of again) ports.settler.add(row, { t: 'released', id: row.id });
  if (unknown.length === 0) return;
  await sleep(ports.clock, ports.limits.recoveryDelayMs, signal);
  for (const row of unknown) {
    const eventId = await find(row, ports, signal);
    if (eventId === undefined) {
      ports.settler.add(row, { t: 'released', id: row.id });
    } else {
      ports.settler.add(row, { t: 'delivered', id: row.id, eventId, recovered: true });
      ports.events.emit({ t: 'recovered_unconfirmed', row: labelOf(row) });
      ports.delivered(row);
    }
  }
}

/** Asks until there is an answer; the row's conversation waits meanwhile, because its order depends on it. */
async function find(
  row: JournalRow,
  { sink, clock, random, limits }: RecoveryPorts,
  signal: AbortSignal,
): Promise<string | undefined> {
  for (let tries = 1; ; tries += 1) {
    signal.throwIfAborted();
    try {
      return await sink.find(row, signal);
    } catch {
      await sleep(clock, backoffDelay(limits.probe, tries, random), signal);
    }
  }
}
