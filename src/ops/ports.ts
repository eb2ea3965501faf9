import type { Registry } from 'prom-client';
import type { Minute } from './history.js';
import type { DeadLetter, Overview } from './overview.js';

/** What `/ops/` and `/metrics` ask of the program. */
export interface AdminPorts {
  overview(): Promise<Overview>;
  /** The last hour, oldest first. */
  minutes(): readonly Minute[];
  deadLetters(after: number, limit: number): Promise<readonly DeadLetter[]>;
  /** How many of these were there, and are sent again. */
  resend(ids: readonly number[]): Promise<number>;
  readonly metrics: Registry;
}
