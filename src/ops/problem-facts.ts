import type { RightsState } from '../autokitteh/rights-check.js';
import type { Health } from '../core/health.js';
import type { AppSocketsStatus } from '../slack/status.js';
import type { ConnectionView, Overview, Problem } from './overview.js';

/** What problems are found in. */
export interface ProblemFacts {
  readonly health: Pick<Health, 'problems'>;
  readonly rights: RightsState['t'];
  /** Whether AutoKitteh has listed its connections since the start. */
  readonly hasListed: boolean;
  readonly apps: readonly { readonly id: string; readonly status: AppSocketsStatus }[];
  readonly connections: readonly ConnectionView[];
  readonly delivery: Overview['delivery'];
  readonly replicas: Overview['replicas'];
  /** Milliseconds since 1970. */
  readonly now: number;
}

/** A problem that was found now. */
export interface Found extends Omit<Problem, 'since'> {
  /** What it is about, each by a name that stays: by these it is known when it began. */
  readonly keys: readonly string[];
  /** When it began (milliseconds since 1970), where that is known otherwise. */
  readonly began?: number | undefined;
}

// Slack sends an event that was not acknowledged again at once, after a minute and after five more (Slack, "The Events
// API", Retries), and never what people do.
/** What becomes of events that nobody receives. */
export const UNRECEIVED =
  'Events that Slack cannot deliver are lost, after Slack has sent each again for about six minutes; slash commands and clicks are lost at once.';
