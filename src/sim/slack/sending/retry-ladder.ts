/** When events that were not acknowledged are sent again. Interactions and slash commands never are. */
export interface RetryLadder {
  /** Milliseconds from a failed attempt to the next: Slack says nearly at once, a minute, five minutes. */
  readonly delays: readonly number[];
  /** With Delayed Events on: this often after that, `hourlyTimes` times. */
  readonly hourly: number;
  readonly hourlyTimes: number;
}

/** Slack: Events API, error handling and Delayed Events. The first retry was seen 4 s after the first attempt. */
export const SLACK_RETRIES: RetryLadder = {
  delays: [1_000, 60_000, 300_000],
  hourly: 3_600_000,
  hourlyTimes: 24,
};

/** Milliseconds from the failure of attempt `number` (the first is 0) to the next; undefined if that was the last. */
export function nextRetry(ladder: RetryLadder, number: number, delayedEvents: boolean): number | undefined {
  const delay = ladder.delays[number];
  if (delay !== undefined) return delay;
  return delayedEvents && number < ladder.delays.length + ladder.hourlyTimes ? ladder.hourly : undefined;
}
