import type { Problem } from '../../ops/overview.js';

/** What may be wrong: as a running program tells it of itself, or as a step finds it. */
export type Cause = Problem['about'] | 'slack' | 'tokens' | 'deployment' | 'triggers';

/** What one step of the doctor found. */
export interface Finding {
  readonly step: string;
  /** `follows`: it is wrong because of what a step before has found, which is told there. */
  readonly verdict: 'ok' | 'warning' | 'failed' | 'follows' | 'skipped';
  /** One or more sentences. */
  readonly found: string;
  /** What to do; absent where there is nothing to do, or where another finding says it. */
  readonly advice?: string | undefined;
  /** What it may come from: a cause that another step has told is not told again. */
  readonly about?: readonly Cause[];
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
