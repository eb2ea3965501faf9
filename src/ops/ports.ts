import type { Registry } from 'prom-client';
import type { Minute } from './history.js';
import type { DeadLetterDesk } from './dead-letter-desk.js';
import type { EventView } from './event-search.js';
import type { Overview } from './overview.js';

/** What `/ops/` and `/metrics` ask of the program. */
export interface AdminPorts {
  overview(): Promise<Overview>;
  /** The last hour, oldest first. */
  minutes(): readonly Minute[];
  readonly deadLetters: Pick<DeadLetterDesk, 'list' | 'resend' | 'discard'>;
  /** The lives of the events with this id, of Slack or of AutoKitteh. */
  events(id: string): Promise<readonly EventView[]>;
  readonly metrics: Registry;
}
