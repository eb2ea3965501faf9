import type { Backoff } from '../core/backoff.js';

/** Every number of the sockets' behaviour; docs/sockets.md explains the choice of each. All durations are milliseconds. */
export interface SocketPolicy {
  /** Limits of the states of one socket. */
  readonly socket: {
    readonly fetchMs: number;
    readonly dialMs: number;
    readonly helloMs: number;
    /** A suspect socket without a replacement is given up after this. */
    readonly silentMs: number;
  };
  readonly liveness: {
    /** The wheel's step. */
    readonly tickMs: number;
    /** Every socket is pinged once in this many ticks. */
    readonly pingTicks: number;
    /** A ping without any frame after this many ticks raises suspicion; less than pingTicks. */
    readonly suspectTicks: number;
    /** Standing still for longer than this (sleep, suspension) renews every socket. */
    readonly wakeMs: number;
  };
  readonly pool: {
    /** Sockets of an app without load. */
    readonly sockets: number;
    /** Slack's limit for one app, or this program's share of it. */
    readonly budget: number;
    /** Of the budget, what is kept free for replacements. */
    readonly headroom: number;
    /** Between the starts of two openings of one app, unless the first has succeeded before. */
    readonly staggerMs: number;
    /** A socket is renewed at an age between these fractions of the lifetime that Slack announced. */
    readonly renewFrom: number;
    readonly renewTo: number;
    /** A socket that was live for this long has succeeded: it resets the backoff. */
    readonly stableMs: number;
    /** After failures that pass by themselves. */
    readonly retry: Backoff;
    /** After too_many_websockets. */
    readonly atLimit: Backoff;
    /** Between tries of what needs a person: refused tokens, Socket Mode switched off. */
    readonly probe: Backoff;
    /** Renewals after a wake-up are spread over this. */
    readonly wakeSpreadMs: number;
    /** Where several processes share an app: before the next try of a socket for which no place was free. */
    readonly placeMs: number;
    /** While Slack counts more sockets than ours, a fresh hello is fetched this often to learn whether they are gone. */
    readonly recountMs: number;
  };
  readonly load: {
    readonly everyMs: number;
    /** More envelopes in flight for each socket, or acknowledgements later than this, ask for another socket. */
    readonly growInFlight: number;
    readonly growDelayMs: number;
    /** ... when seen this many times in a row. */
    readonly growAfter: number;
    /** Both below a quarter of that, this many times in a row, lets one socket go. */
    readonly shrinkAfter: number;
  };
  /** Token buckets for apps.connections.open. That of an app holds up only what is not urgent. */
  readonly limiter: {
    readonly appBurst: number;
    readonly appEveryMs: number;
    readonly allBurst: number;
    readonly allEveryMs: number;
    /** Slack's Retry-After counts for so long at most. */
    readonly retryAfterMs: number;
    /** The same for an app without a live socket. */
    readonly noSocketRetryAfterMs: number;
  };
  /** Slack waits this long for an acknowledgement. */
  readonly acknowledgeMs: number;
}

/** Slack counts these milliseconds from its sending a frame (Slack: Socket Mode, acknowledgements). */
export const SLACK_WAITS_MS = 3_000;

export const DEFAULT_POLICY: SocketPolicy = {
  socket: {
    fetchMs: 8_000,
    dialMs: 8_000,
    helloMs: 8_000,
    silentMs: 15_000,
  },
  liveness: { tickMs: 250, pingTicks: 12, suspectTicks: 6, wakeMs: 30_000 },
  pool: {
    sockets: 2,
    budget: 10,
    headroom: 2,
    staggerMs: 1_000,
    renewFrom: 0.5,
    renewTo: 0.9,
    stableMs: 5_000,
    retry: { firstMs: 200, factor: 2, maxMs: 30_000 },
    atLimit: { firstMs: 10_000, factor: 2, maxMs: 600_000 },
    probe: { firstMs: 300_000, factor: 2, maxMs: 3_600_000 },
    wakeSpreadMs: 10_000,
    placeMs: 1_000,
    recountMs: 600_000,
  },
  load: { everyMs: 1_000, growInFlight: 20, growDelayMs: 1_000, growAfter: 2, shrinkAfter: 300 },
  limiter: {
    appBurst: 5,
    appEveryMs: 60_000,
    allBurst: 200,
    allEveryMs: 5,
    retryAfterMs: 3_600_000,
    noSocketRetryAfterMs: 300_000,
  },
  acknowledgeMs: SLACK_WAITS_MS,
};
