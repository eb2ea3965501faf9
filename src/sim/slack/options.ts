import { systemClock, type Clock } from '../../core/clock.js';
import { SLACK_RETRIES, type RetryLadder } from './sending/retry-ladder.js';

/** How the scripted Slack is to behave; by default as Slack does. Durations are milliseconds of its clock. */
export interface ScriptedSlackOptions {
  /** `scaledClock(100)` makes everything a hundred times as fast. */
  readonly clock?: Clock;
  /** Ids, routing and disorder are the same for the same seed. */
  readonly seed?: number;
  /** Ids and tokens of what exists alone; `seed` unless said. */
  readonly directorySeed?: number;
  /** On 127.0.0.1; by default any free one. */
  readonly port?: number;
  /** The address by which clients know it, in front of a proxy or TLS, without a slash at its end; its own unless said. */
  readonly publicUrl?: string;
  /** Between Slack's pings; 10 s. 0 sends none. */
  readonly pingEvery?: number;
  /** How long a socket lives; 5 h and 1 min. */
  readonly lifetime?: number;
  /** In which a ticket of apps.connections.open must be used; 30 s. */
  readonly ticketLifetime?: number;
  readonly retries?: RetryLadder;
  /** How long a path that fell silent stays registered; 20 min. */
  readonly frozenFor?: number;
  /** Events for an app in a workspace before `app_rate_limited`; no limit unless said (Slack's: 30,000). */
  readonly eventsPerHour?: number;
  /** How long a connection that broke without a close frame stays registered; 0. */
  readonly droppedFor?: number;
}

/** All options, filled in. Lifetime: as hellos were seen to announce. Ticket: as the old RTM URLs. */
export function fillOptions(options: ScriptedSlackOptions): Required<ScriptedSlackOptions> {
  return {
    clock: systemClock,
    seed: 1,
    directorySeed: options.seed ?? 1,
    port: 0,
    publicUrl: '',
    pingEvery: 10_000,
    lifetime: 18_060_000,
    ticketLifetime: 30_000,
    retries: SLACK_RETRIES,
    eventsPerHour: Infinity,
    frozenFor: 1_200_000,
    droppedFor: 0,
    ...options,
  };
}
