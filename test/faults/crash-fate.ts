import type { Attempt, LedgerEntry } from '../../src/sim/slack/sending/ledger-entry.js';
import type { CrashNote } from './crash-record.js';

/** What became of a sending that Slack saw no acknowledgement of in time. */
export const FATES = [
  /** No process had a socket: Slack had nowhere to send it. */
  'no socket',
  /** Slack sent it to a process that was killed before it read it. */
  'did not arrive',
  /** It arrived, and the process was killed before it answered. */
  'killed before the acknowledgement',
  /** It was answered, and the answer was lost when the process was killed. */
  'acknowledgement cut off',
  /** It was answered after Slack's deadline. */
  'too late',
  /** A process that lived on did not answer it: our fault. */
  'UNEXPLAINED',
] as const;

export type Fate = (typeof FATES)[number];

/** Of one kind of envelope. */
export interface Fates {
  sent: number;
  acknowledged: number;
  /** From the first sending to the one that was acknowledged, milliseconds of Slack's clock. */
  longestMs: number;
  /** The first sendings that were not acknowledged. */
  readonly first: Partial<Record<Fate, number>>;
}

/** What became of all entries, by kind; `living` are Slack's sockets of the process that was never killed. */
export function fatesOf(
  entries: readonly LedgerEntry[],
  notes: readonly CrashNote[],
  living: ReadonlySet<string>,
): { readonly byKind: Readonly<Record<string, Fates>>; readonly faults: readonly string[] } {
  const byKind: Record<string, Fates> = {};
  const faults: string[] = [];
  const passages = passagesOf(notes);
  for (const { kind, type, key, state, attempts } of entries) {
    const fates = (byKind[kind] ??= { sent: 0, acknowledged: 0, longestMs: 0, first: {} });
    fates.sent += 1;
    if (state === 'acknowledged') fates.acknowledged += 1;
    else if (kind === 'events_api') faults.push(`never acknowledged: ${type} ${key}`);
    fates.longestMs = Math.max(fates.longestMs, (attempts.at(-1)?.at ?? 0) - (attempts[0]?.at ?? 0));
    for (const attempt of attempts) {
      if (attempt.outcome === 'acknowledged') continue;
      const fate = fateOf(attempt, passages.get(attempt.envelopeId), living);
      if (attempt.number === 0) fates.first[fate] = (fates.first[fate] ?? 0) + 1;
      if (fate === 'UNEXPLAINED') faults.push(`no reason not to acknowledge it: ${kind} ${type} ${key}`);
    }
  }
  return { byKind, faults };
}

function fateOf(
  { socketId, acknowledgements }: Attempt,
  passage: Passage | undefined,
  living: ReadonlySet<string>,
): Fate {
  if (socketId === undefined) return 'no socket';
  if (acknowledgements.length > 0) return 'too late';
  if (passage === undefined) return living.has(socketId) ? 'UNEXPLAINED' : 'did not arrive';
  if (!passage.life.killed) return 'UNEXPLAINED';
  return passage.answered ? 'acknowledgement cut off' : 'killed before the acknowledgement';
}

/** An envelope's way through the process that it reached. */
interface Passage {
  readonly life: { killed: boolean };
  answered: boolean;
}

function passagesOf(notes: readonly CrashNote[]): Map<string, Passage> {
  const passages = new Map<string, Passage>();
  let life = { killed: false };
  for (const note of notes) {
    if (note.t === 'life') life = { killed: false };
    if (note.t === 'killed') life.killed = true;
    if (note.t === 'arrived') passages.set(note.envelopeId, { life, answered: false });
    const passage = note.t === 'answered' ? passages.get(note.envelopeId) : undefined;
    if (passage !== undefined) passage.answered = true;
  }
  return passages;
}

const KINDS = ['events_api', 'interactive', 'slash_commands'] as const;

/** What became of everything that Slack sent in all runs: a table, and what is to be read from it. */
export function fateLines(runs: readonly Readonly<Record<string, Fates>>[]): string[] {
  const row = (name: string, of: (fates: Fates) => number): string => {
    const counts = KINDS.map((kind) => sum(kind, of));
    return `| ${[name, ...counts, counts.reduce((all, count) => all + count, 0)].join(' | ')} |`;
  };
  const sum = (kind: string, of: (fates: Fates) => number): number =>
    runs.reduce((all, { [kind]: fates }) => all + (fates === undefined ? 0 : of(fates)), 0);
  const unanswered = ({ first }: Fates): number => FATES.reduce((all, fate) => all + (first[fate] ?? 0), 0);
  const events = runs.flatMap(({ events_api: fates }) => fates ?? []);
  const never = sum('events_api', ({ sent, acknowledged }) => sent - acknowledged);
  const again = sum('events_api', unanswered);
  const longest = Math.max(0, ...events.map(({ longestMs }) => longestMs)) / 1_000;
  return [
    '',
    `| | ${KINDS.join(' | ')} | all |`,
    '|---|---|---|---|---|',
    row('sent by Slack', ({ sent }) => sent),
    row('acknowledged', ({ acknowledged }) => acknowledged),
    row('never acknowledged', ({ sent, acknowledged }) => sent - acknowledged),
    row('first sending not acknowledged', unanswered),
    ...FATES.map((fate) => row(`... ${fate}`, ({ first }) => first[fate] ?? 0)),
    '',
    `events whose first sending was not acknowledged: ${again}; of these, acknowledged when Slack sent them again: ${again - never}, at the latest ${longest.toFixed(1)} s later (Slack's last retry comes after 6 minutes)`,
    'too late: after 0.75 s, since Slack waits here a quarter of its three seconds',
    'interactions and slash commands: sent once by Slack, never again',
  ];
}
