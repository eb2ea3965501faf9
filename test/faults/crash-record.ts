import { appendFileSync, closeSync, openSync, readFileSync } from 'node:fs';
import type { DispatchOutcome } from '../../src/delivery/sink.js';
import type { Appended } from '../../src/storage/rows.js';

/** Where on an event's way the process is killed. */
export const STEPS = [
  /** The event has arrived; the journal was not asked yet. */
  'before append',
  /** The journal was asked to write it. */
  'during append',
  /** It is on the disk; Slack was not told. */
  'after append',
  /** Slack was told. */
  'after acknowledgement',
  /** Its dispatch begins; nothing was sent. */
  'dispatch begins',
  /** The request is out. */
  'request sent',
  /** The server's answer is here, and nobody has read it. */
  'answer not read',
  /** The server has it; the journal was not told. */
  'before settle',
  /** The journal was asked to note that. */
  'during settle',
  /** The journal has noted it. */
  'after settle',
] as const;

export type Step = (typeof STEPS)[number];

/** The kill of one process: when the step was taken for the `nth` time, counted in events. */
export interface Kill {
  readonly step: Step;
  readonly nth: number;
  /** How long the other threads go on before it falls, in milliseconds: a commit takes about one. */
  readonly graceMs: number;
  /** Of all processes with a kill of this name, only the first that comes to it is killed. */
  readonly once?: string;
  /** Instead of being killed it stands still, for so long. Milliseconds. */
  readonly pauseMs?: number;
  /** And for as long as anything waits in the journal. */
  readonly untilDelivered?: true;
}

/** Burns down as events take the steps; blows once. */
export class Fuse {
  #left: number;

  constructor(
    private readonly kill: Kill | undefined,
    private readonly blow: (step: Step) => void,
  ) {
    this.#left = kill?.nth ?? Infinity;
  }

  /** `events` took this step. */
  taken(step: Step, events = 1): void {
    if (step !== this.kill?.step) return;
    this.#left -= events;
    if (this.#left > 0) return;
    this.#left = Infinity;
    this.blow(step);
  }
}

/** What the processes of one run note, in the order in which it happened. */
export type CrashNote =
  /** A new process; all that follows is its own. */
  | { readonly t: 'life' }
  /** This process has the journal's checkpointing thread running. */
  | { readonly t: 'checkpoints' }
  | { readonly t: 'arrived'; readonly key: string; readonly envelopeId: string }
  /** An acknowledgement is on its way. */
  | { readonly t: 'answered'; readonly envelopeId: string }
  | { readonly t: 'append'; readonly rows: readonly { readonly key: string; readonly lane: string }[] }
  /** How the latest `append` of this process that has no answer yet ended. */
  | { readonly t: 'appended'; readonly results: readonly Appended[] }
  | { readonly t: 'begun'; readonly key: string }
  | { readonly t: 'ended'; readonly key: string; readonly outcome: DispatchOutcome['t'] }
  | { readonly t: 'sought'; readonly key: string; readonly found: boolean }
  | { readonly t: 'recovered'; readonly key: string }
  | { readonly t: 'killed'; readonly step: Step }
  /** It stands still from here to `woken`. */
  | { readonly t: 'paused'; readonly step: Step; readonly pauseMs: number }
  | { readonly t: 'woken' };

/** A note, with the process that made it and the time. */
export type StampedNote = CrashNote & { readonly process: string; readonly at: number };

/** Notes that outlive a kill: each is with the kernel before `note` returns. */
export class CrashRecord {
  readonly #file: number;

  /** Several processes may share a file: what one of them notes before another does stands before it. */
  constructor(
    path: string,
    private readonly process = '',
  ) {
    this.#file = openSync(path, 'a');
  }

  note(note: CrashNote): void {
    const stamped: StampedNote = { ...note, process: this.process, at: Date.now() };
    appendFileSync(this.#file, `${JSON.stringify(stamped)}\n`);
  }

  close(): void {
    closeSync(this.#file);
  }
}

export function readNotes(path: string): StampedNote[] {
  return readFileSync(path, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as StampedNote);
}

/** The file that a process makes in the run's folder before it stands still. */
export function pausedFile(folder: string, pid: number): string {
  return `${folder}/paused-${pid}`;
}
