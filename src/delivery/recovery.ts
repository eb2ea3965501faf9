import { backoffDelay } from '../core/backoff.js';
import { sleep, type Clock } from '../core/clock.js';
import type { Channel } from '../core/channel.js';
import { errorMessage, PluginError, type ErrorCode } from '../core/errors.js';
import type { Random } from '../core/random.js';
import type { Journal, JournalRow } from '../storage/journal.js';
import type { DeliveryEvent } from './events.js';
import type { DeliveryLimits } from './limits.js';
import { labelOf } from './row-label.js';
import type { Settler } from './settler.js';
import type { EventSink } from './sink.js';

// A crash leaves no more in flight than were dispatched at once; a few crashes in a row a little more.
const ROWS_AT_ONCE = 64;

const OUTAGES: ReadonlySet<ErrorCode> = new Set(['server_unavailable', 'timeout', 'unauthenticated']);

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
  // Beside each other: one that cannot be told must not hold up the others.
  await Promise.all(unknown.map((row) => decide(row, ports, signal)));
}

async function decide(row: JournalRow, ports: RecoveryPorts, signal: AbortSignal): Promise<void> {
  const eventId = await find(row, ports, signal);
  if (eventId === undefined) {
    ports.settler.add(row, { t: 'released', id: row.id });
    return;
  }
  ports.settler.add(row, { t: 'delivered', id: row.id, eventId, recovered: true });
  ports.events.emit({ t: 'recovered_unconfirmed', row: labelOf(row) });
  ports.delivered(row);
}

/**
 * Asks until there is an answer; the row's conversation waits meanwhile, because its order depends on it. When the server
 * answers again and again, but not what was asked, the row counts as not found: what it says of the dispatch decides then.
 */
async function find(
  row: JournalRow,
  { sink, clock, random, limits, events }: RecoveryPorts,
  signal: AbortSignal,
): Promise<string | undefined> {
  let refusals = 0;
  for (let tries = 1; refusals < limits.attempts; tries += 1) {
    signal.throwIfAborted();
    try {
      return await sink.find(row, signal);
    } catch (error) {
      if (!isOutage(error)) refusals += 1;
      if (tries === 1) events.emit({ t: 'lookup_failed', row: labelOf(row), reason: errorMessage(error) });
      await sleep(clock, backoffDelay(limits.probe, tries, random), signal);
    }
  }
  return undefined;
}

/** Whether it says that the server cannot answer us at all. */
function isOutage(error: unknown): boolean {
  return error instanceof PluginError && OUTAGES.has(error.code);
}
