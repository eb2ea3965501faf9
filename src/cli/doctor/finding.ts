import type { Problem } from '../../ops/overview.js';

/** What one step of the doctor found. */
export interface Finding {
  readonly step: string;
  readonly verdict: 'ok' | 'warning' | 'failed' | 'skipped';
  /** One or more sentences. */
  readonly found: string;
  /** What to do; absent where there is nothing to do. */
  readonly advice?: string | undefined;
  /** What it is about, of what a running program tells, too: the same cause is summed up once. */
  readonly about?: readonly Problem['about'][];
}

/** Takes each finding as it is made. */
export type Tell = (finding: Finding) => void;

/** Which connection to go through, and with whose credentials. */
export interface AskedConnection {
  /** `project/connection`, or its id. */
  readonly named: string;
  /** The person's own credential for AutoKitteh; without one the program's is taken. */
  readonly userToken: string | undefined;
  /** An app configuration token of Slack, with which the app's subscriptions can be read. */
  readonly appConfigToken: string | undefined;
}
