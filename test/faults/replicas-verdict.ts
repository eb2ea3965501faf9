import type { LedgerEntry } from '../../src/sim/slack/sending/ledger-entry.js';
import type { StampedNote } from './crash-record.js';
import { reasonsToRepeat } from './crash-verdict.js';
import { acceptedOf } from './sent-event.js';

/** What one run of several replicas came to. */
export interface ReplicasVerdict {
  readonly sent: number;
  readonly acknowledged: number;
  readonly kills: number;
  readonly pauses: number;
  /** At the server more than once, beyond the first, for a reason that the documents name. */
  readonly duplicates: number;
  /** Taken over from a process that was killed, or found to be one's own: looked up by another one, or again. */
  readonly lookedUp: number;
  /** From the kill of a process to the first look at each row that it held, milliseconds. */
  readonly takeOverMs: readonly number[];
  /** From the kill to the next dispatch of each such row, or to the look that found it at the server. */
  readonly goneOnMs: readonly number[];
  /** Conversations with more than one event. */
  readonly conversations: number;
  /** Everything that should not have been, a sentence each. */
  readonly faults: readonly string[];
}

/** Compares what Slack was told with what the server has; `delivered` are its memo keys, oldest first. */
export function judgeReplicas(
  entries: readonly LedgerEntry[],
  delivered: readonly string[],
  notes: readonly StampedNote[],
): ReplicasVerdict {
  const faults: string[] = [];
  const copies = new Map<string, number>();
  for (const key of delivered) copies.set(key, (copies.get(key) ?? 0) + 1);
  const keys = new Set(entries.flatMap((entry) => acceptedOf(entry)?.key ?? []));
  for (const entry of entries) {
    const key = acceptedOf(entry)?.key ?? '';
    if (entry.state !== 'acknowledged') {
      if (entry.kind === 'events_api') faults.push(`never acknowledged: ${entry.type} ${key}`);
    } else if (!copies.has(key) && !wasDeclined(entry))
      faults.push(`lost: ${entry.kind} ${entry.type} ${key}`);
  }
  for (const key of copies.keys())
    if (!keys.has(key)) faults.push(`at the server, but not from Slack: ${key}`);
  let duplicates = 0;
  for (const [key, count] of copies) {
    const reasons = count === 1 ? [] : reasonsToRepeat(key, notes);
    if (count - 1 > reasons.length)
      faults.push(`${count} times at the server for ${reasons.length} reasons: ${key}`);
    duplicates += count - 1;
  }
  const lanes = lanesOf(entries);
  for (const lane of lanes) faults.push(...orderFaults(lane, [...copies.keys()]));
  return {
    sent: entries.length,
    acknowledged: entries.filter(({ state }) => state === 'acknowledged').length,
    kills: notes.filter(({ t }) => t === 'killed').length,
    pauses: notes.filter(({ t }) => t === 'paused').length,
    duplicates,
    lookedUp: new Set(notes.flatMap((note) => (note.t === 'sought' ? [note.key] : []))).size,
    ...takeOverTimes(notes),
    conversations: lanes.filter(({ length }) => length > 1).length,
    faults,
  };
}

/** A command that the journal could not take is acknowledged with a sentence for the person. */
function wasDeclined({ attempts }: LedgerEntry): boolean {
  return attempts.some(({ acknowledgements }) =>
    acknowledgements.some(({ payload }) => JSON.stringify(payload ?? '').includes('could not be processed')),
  );
}

interface InLane {
  readonly key: string;
  readonly sentAt: number;
  /** When Slack was first told yes; Infinity if never. */
  readonly acknowledgedAt: number;
}

/** Events by conversation and urgency, in the order in which Slack sent them first. */
function lanesOf(entries: readonly LedgerEntry[]): InLane[][] {
  const lanes = new Map<string, InLane[]>();
  for (const entry of entries) {
    const accepted = acceptedOf(entry);
    if (accepted === undefined) continue;
    const lane = JSON.stringify([accepted.urgent, accepted.conversation]);
    const told = entry.attempts.flatMap(({ acknowledgements }) => acknowledgements.map(({ at }) => at));
    const inLane = { key: accepted.key, sentAt: entry.sentAt, acknowledgedAt: Math.min(Infinity, ...told) };
    lanes.set(lane, [...(lanes.get(lane) ?? []), inLane]);
  }
  return [...lanes.values()];
}

/** An event that was acknowledged before another one of its conversation was sent is not dispatched after it. */
function orderFaults(lane: readonly InLane[], dispatched: readonly string[]): string[] {
  const places = new Map(dispatched.map((key, place) => [key, place]));
  return lane.flatMap((before, at) => {
    const place = places.get(before.key);
    const overtaker = lane
      .slice(at + 1)
      .find(
        (after) => before.acknowledgedAt < after.sentAt && (places.get(after.key) ?? Infinity) < (place ?? 0),
      );
    return overtaker === undefined
      ? []
      : [`${overtaker.key} was dispatched before ${before.key}, which was acknowledged first`];
  });
}

/** Times of the rows that killed processes held, by what other processes did with them. */
function takeOverTimes(notes: readonly StampedNote[]): Pick<ReplicasVerdict, 'takeOverMs' | 'goneOnMs'> {
  const takeOverMs: number[] = [];
  const goneOnMs: number[] = [];
  /** When those died whose rows were looked for and not found. */
  const sought = new Map<string, number>();
  const held = new Map<string, string>();
  const deaths = new Map<string, number>();
  const writing = new Map<string, (readonly { readonly key: string }[])[]>();
  for (const note of notes) {
    if (note.t === 'append') writing.set(note.process, [...(writing.get(note.process) ?? []), note.rows]);
    if (note.t === 'appended') {
      const [rows = [], ...later] = writing.get(note.process) ?? [];
      writing.set(note.process, later);
      for (const [at, { key }] of rows.entries())
        if (typeof note.results[at] === 'object') held.set(key, note.process);
    }
    if (note.t === 'killed') deaths.set(note.process, note.at);
    if (note.t === 'ended') held.delete(note.key);
    if (note.t !== 'begun' && note.t !== 'sought') continue;
    const died = deaths.get(held.get(note.key) ?? '');
    if (died !== undefined && held.get(note.key) !== note.process) {
      takeOverMs.push(note.at - died);
      sought.set(note.key, died);
    }
    const since = sought.get(note.key);
    if (since !== undefined && (note.t === 'begun' || note.found)) {
      goneOnMs.push(note.at - since);
      sought.delete(note.key);
    }
    held.set(note.key, note.process);
  }
  return { takeOverMs, goneOnMs };
}
