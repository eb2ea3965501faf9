import { appendFileSync, closeSync, openSync, readFileSync } from 'node:fs';
import type { DispatchOutcome } from '../../src/delivery/sink.js';
import type { Appended } from '../../src/storage/journal.js';
import type { Step } from './crash-step.js';

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
  | { readonly t: 'begun'; readonly key: string; readonly retried: boolean }
  | { readonly t: 'ended'; readonly key: string; readonly outcome: DispatchOutcome['t'] }
  | { readonly t: 'sought'; readonly key: string; readonly found: boolean }
  | { readonly t: 'recovered'; readonly key: string }
  | { readonly t: 'killed'; readonly step: Step };

/** Notes that outlive a kill: each is with the kernel before `note` returns. */
export class CrashRecord {
  readonly #file: number;

  constructor(path: string) {
    this.#file = openSync(path, 'a');
  }

  note(note: CrashNote): void {
    appendFileSync(this.#file, `${JSON.stringify(note)}\n`);
  }

  close(): void {
    closeSync(this.#file);
  }
}

export function readNotes(path: string): CrashNote[] {
  return readFileSync(path, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as CrashNote);
}
