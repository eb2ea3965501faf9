import type { CrashNote } from './crash-record.js';

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
