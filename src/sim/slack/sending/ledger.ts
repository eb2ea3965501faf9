import { Watch } from '../watch.js';
import type { Acknowledgement, LedgerEntry } from './ledger-entry.js';

/** What the scripted Slack sent, and what became of it. */
export interface Ledger {
  /** Everything, oldest first. */
  readonly entries: readonly LedgerEntry[];
  readonly pending: number;
  acknowledged(): LedgerEntry[];
  /** Given up: no acknowledgement in time, and no retry left. */
  lost(): LedgerEntry[];
  /** Of those lost, the ones that were not even routed once to a socket that worked: no client could have saved them. */
  unreachable(): LedgerEntry[];
  /** Acknowledged, but too late, at least once. */
  late(): LedgerEntry[];
  /** At least one attempt found no socket. */
  unrouted(): LedgerEntry[];
  /** The first acknowledgement of it that came in time. */
  answer(entry: LedgerEntry): Acknowledgement | undefined;
  /** The first entry for which `predicate` holds, now or later; rejects with `timeout` after `limit` real milliseconds. */
  waitFor(predicate: (entry: LedgerEntry) => boolean, limit?: number): Promise<LedgerEntry>;
  /** Resolves when `entry` is not pending any more. */
  settled(entry: LedgerEntry, limit?: number): Promise<LedgerEntry>;
  /** Resolves when nothing is pending. */
  allSettled(limit?: number): Promise<void>;
  /** Calls `subscriber` after every change of an entry; returns the way to end that. */
  subscribe(subscriber: (entry: LedgerEntry) => void): () => void;
  /** Acknowledgements of envelopes that this app never got, or not any more; and texts that were no acknowledgement. */
  readonly strays: { readonly unknownEnvelope: number; readonly malformed: number };
  /** Forgets every entry that is not pending. */
  forgetSettled(): void;
}

/** The ledger's writing side, for delivery alone. */
export interface LedgerBook extends Ledger {
  readonly strays: { unknownEnvelope: number; malformed: number };
  add(entry: Omit<LedgerEntry, 'number'>): LedgerEntry;
  settle(entry: LedgerEntry, state: 'acknowledged' | 'given_up' | 'refused'): void;
  changed(entry: LedgerEntry): void;
}

export function createLedger(): LedgerBook {
  let entries: LedgerEntry[] = [];
  let pending = 0;
  let made = 0;
  const watch = new Watch<LedgerEntry>('ledger', () => entries);
  return {
    strays: { unknownEnvelope: 0, malformed: 0 },
    get entries() {
      return entries;
    },
    get pending() {
      return pending;
    },
    acknowledged: () => entries.filter((entry) => entry.state === 'acknowledged'),
    lost: () => entries.filter((entry) => entry.state === 'given_up'),
    unreachable: () =>
      entries.filter((entry) => entry.state === 'given_up' && entry.attempts.every(hopeless)),
    late: () => entries.filter((entry) => acknowledgements(entry).some((each) => each.late)),
    unrouted: () => entries.filter((entry) => entry.attempts.some((each) => each.outcome === 'unrouted')),
    answer: (entry) => acknowledgements(entry).find((each) => !each.late),
    waitFor: (predicate, limit) => watch.waitFor(predicate, limit),
    async settled(entry, limit) {
      await watch.waitUntil(() => entry.state !== 'pending', limit);
      return entry;
    },
    allSettled: (limit) => watch.waitUntil(() => pending === 0, limit),
    subscribe: (subscriber) => watch.changed.subscribe(subscriber),
    forgetSettled() {
      entries = entries.filter((entry) => entry.state === 'pending');
    },
    add(fields) {
      made += 1;
      const entry: LedgerEntry = { number: made, ...fields };
      entries.push(entry);
      if (entry.state === 'pending') pending += 1;
      watch.changed.emit(entry);
      return entry;
    },
    settle(entry, state) {
      if (entry.state !== 'pending') return;
      entry.state = state;
      pending -= 1;
      watch.changed.emit(entry);
    },
    changed: (entry) => watch.changed.emit(entry),
  };
}

function acknowledgements(entry: LedgerEntry): Acknowledgement[] {
  return entry.attempts.flatMap((attempt) => attempt.acknowledgements);
}

function hopeless(attempt: LedgerEntry['attempts'][number]): boolean {
  return (
    attempt.outcome === 'unrouted' || (attempt.trouble !== undefined && attempt.trouble.t !== 'dripping')
  );
}
