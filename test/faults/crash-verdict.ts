import type { LedgerEntry } from '../../src/sim/slack/sending/ledger-entry.js';
import { fatesOf, type Fates } from './crash-fate.js';
import type { CrashNote, Step } from './crash-record.js';
import { acceptedOf } from './sent-event.js';

/** What one run came to. */
export interface CrashVerdict {
  /** What became of all that was sent, by kind. */
  readonly fates: Readonly<Record<string, Fates>>;
  readonly kills: readonly Step[];
  /** Of these, the ones of processes with the journal's checkpointing thread. */
  readonly killsWithCheckpoints: number;
  /** At the server more than once: dispatches beyond the first, by why they were right. */
  readonly duplicates: { readonly notFound: number; readonly failed: number };
  readonly recovered: number;
  /** Conversations with more than one event. */
  readonly conversations: number;
  /** Everything that should not have been, a sentence each. */
  readonly faults: readonly string[];
}

/**
 * Compares what Slack was told with what the server has; `delivered` are its memo keys, oldest first, `living` Slack's
 * sockets of the process that was not killed.
 */
export function judge(
  entries: readonly LedgerEntry[],
  delivered: readonly string[],
  notes: readonly CrashNote[],
  living: ReadonlySet<string>,
): CrashVerdict {
  const { byKind: fates, faults: unanswered } = fatesOf(entries, notes, living);
  const faults = [...unanswered];
  const copies = new Map<string, number>();
  for (const key of delivered) copies.set(key, (copies.get(key) ?? 0) + 1);
  const keys = new Set<string>();
  for (const entry of entries) {
    const key = acceptedOf(entry)?.key ?? '';
    if (keys.has(key)) faults.push(`two events have the key ${key}`);
    keys.add(key);
    if (entry.state !== 'acknowledged') continue;
    if (!copies.has(key)) faults.push(`lost: ${entry.kind} ${entry.type} ${key}`);
  }
  for (const key of copies.keys())
    if (!keys.has(key)) faults.push(`at the server, but not from Slack: ${key}`);
  const duplicates = { notFound: 0, failed: 0 };
  for (const [key, count] of copies) {
    if (count === 1) continue;
    const reasons = reasonsToRepeat(key, notes);
    if (count - 1 > reasons.length)
      faults.push(`${count} times at the server for ${reasons.length} reasons: ${key}`);
    // A failure stores the event for certain; what was not found may never have been sent.
    const failures = reasons.filter((reason) => reason === 'failed').length;
    duplicates.failed += Math.min(failures, count - 1);
    duplicates.notFound += Math.max(count - 1 - failures, 0);
  }
  const lanes = journaledOrder(notes);
  const order = new Map([...copies.keys()].map((key, index) => [key, index]));
  for (const [lane, inLane] of lanes) {
    const places = inLane.flatMap((key) => order.get(key) ?? []);
    if (places.some((place, index) => place < (places[index - 1] ?? 0)))
      faults.push(`order of ${lane} was not kept: ${inLane.join(' ')}`);
  }
  return {
    fates,
    kills: notes.flatMap((note) => (note.t === 'killed' ? [note.step] : [])),
    killsWithCheckpoints: killsWithCheckpoints(notes),
    duplicates,
    recovered: notes.filter(({ t }) => t === 'recovered').length,
    conversations: [...lanes.values()].filter(({ length }) => length > 1).length,
    faults,
  };
}

function killsWithCheckpoints(notes: readonly CrashNote[]): number {
  let kills = 0;
  let runs = false;
  for (const { t } of notes) {
    if (t === 'life') runs = false;
    if (t === 'checkpoints') runs = true;
    if (t === 'killed' && runs) kills += 1;
  }
  return kills;
}

/**
 * Why an event may have been sent to the server again, once for each time (design decision 6): its dispatch failed in a
 * way that passes; or nobody knew how it had ended, and it was not found.
 */
export function reasonsToRepeat(key: string, notes: readonly CrashNote[]): ('notFound' | 'failed')[] {
  const reasons: ('notFound' | 'failed')[] = [];
  let state: 'none' | 'begun' | 'absent' | 'failed' | 'delivered' = 'none';
  for (const note of notes) {
    if (!('key' in note) || note.key !== key) continue;
    if (note.t === 'ended' && note.outcome !== 'unanswered')
      state = note.outcome === 'delivered' ? 'delivered' : 'failed';
    // A dispatch that had its answer is always found; and what was claimed and never begun cannot be there.
    if (note.t === 'sought' && (state === 'begun' || state === 'absent'))
      state = note.found ? 'begun' : 'absent';
    if (note.t === 'begun') {
      if (state === 'failed') reasons.push('failed');
      if (state === 'absent') reasons.push('notFound');
      state = 'begun';
    }
  }
  return reasons;
}

interface Taken {
  readonly lane: string;
  /** When the event arrived, in each process that may have written it: the numbers of the notes. */
  readonly at: number[];
}

/**
 * Keys by conversation, in the order in which the events arrived, in the processes that took them into the journal.
 * Without those that two processes were killed in writing: nobody can say which of the two did.
 */
export function journaledOrder(notes: readonly CrashNote[]): Map<string, string[]> {
  const taken = new Map<string, Taken>();
  let arrivals = new Map<string, number>();
  let open: { readonly key: string; readonly lane: string }[][] = [];
  notes.forEach((note, time) => {
    if (note.t === 'life') {
      arrivals = new Map();
      open = [];
    } else if (note.t === 'arrived') {
      if (!arrivals.has(note.key)) arrivals.set(note.key, time);
    } else if (note.t === 'append') {
      open.push([...note.rows]);
      for (const { key, lane } of note.rows) {
        const at = arrivals.get(key) ?? time;
        const known = taken.get(key);
        if (known === undefined) taken.set(key, { lane, at: [at] });
        else if (!known.at.includes(at)) known.at.push(at);
      }
    } else if (note.t === 'appended') {
      for (const [index, { key, lane }] of (open.shift() ?? []).entries()) {
        const at = arrivals.get(key) ?? time;
        if (note.results[index] !== 'duplicate') taken.set(key, { lane, at: [at] });
        // Another process has written it, before.
        else if (taken.get(key)?.at[0] !== at) taken.get(key)?.at.pop();
      }
    }
  });
  const order = new Map<string, string[]>();
  for (const [key, { lane, at }] of [...taken].toSorted(([, left], [, right]) => left.at[0]! - right.at[0]!))
    if (at.length === 1) order.set(lane, [...(order.get(lane) ?? []), key]);
  return order;
}
