import type { Clock, Timer } from '../core/clock.js';
import { PluginError } from '../core/errors.js';
import type { SocketPolicy } from './policy.js';

/** Who goes first when many want to open a socket; the lower number does. */
export const URGENCY = {
  /** An app without a live socket: its events have nowhere to go. The app's budget does not hold it up. */
  noSocket: 0,
  /** Slack has announced the end of a live socket, which nobody can put off. The budget does not hold it up either. */
  announced: 1,
  /** A socket does not answer, or is not heard, while another one serves. It may use the reserve of the budget. */
  replacement: 2,
  /** A second socket, growth, renewals in good time. */
  spare: 3,
  /** A try of a token that Slack refused before. It has a budget of its own, and never spends the app's. */
  probe: 4,
} as const;

export type Urgency = (typeof URGENCY)[keyof typeof URGENCY];

/** What an app that wants to open a socket waits for. */
export interface LimiterWait {
  readonly why:
    /** Slack's Retry-After. */
    | 'slack'
    /** The app's own budget. */
    | 'budget'
    /** Many other apps open sockets at the same time. */
    | 'queue';
  /** Monotonic milliseconds. */
  readonly until: number;
  /** How long Slack asked to wait, as far as it counts; 0 for the other reasons. */
  readonly askedMs: number;
}

// What is done in good time leaves this many permissions of an app for what is not.
const RESERVE = 1;

// Tries of refused tokens of one app: one at once, then one in appEveryMs.
const PROBE_BURST = 1;

// Of an app's budget each process that shares the app has at least so much: one for a spare socket, and the reserve.
const LEAST_BURST = 1 + RESERVE;

interface Waiter {
  readonly appId: string;
  readonly urgency: Urgency;
  readonly grant: () => void;
  wait: LimiterWait | undefined;
}

/** Tokens that come back one by one, up to a maximum. */
interface Bucket {
  tokens: number;
  /** Monotonic time up to which tokens have been added. */
  filledAt: number;
  /** When Slack said last to wait, and for how long. */
  blockedAt: number;
  blockedForMs: number;
}

/**
 * Permission to call `apps.connections.open`: a token bucket for each app (Slack limits that method per app, by some sources
 * to once a minute) spaces out what is not urgent, and one over all apps makes a start with thousands of them a queue and
 * not a stampede. There, an app that never had a socket comes after every app that had one, and tries of refused tokens come
 * last. Slack's Retry-After holds for all; without a live socket for `noSocketRetryAfterMs` at most.
 */
export class OpenLimiter {
  readonly #clock: Clock;
  readonly #policy: SocketPolicy['limiter'];
  readonly #parts: () => number;
  readonly #all: Bucket;
  readonly #apps = new Map<string, Bucket>();
  /** The same for tries of refused tokens. */
  readonly #probes = new Map<string, Bucket>();
  /** Apps that have had a socket. */
  readonly #established = new Set<string>();
  /** In the order of asking. */
  readonly #waiters = new Set<Waiter>();
  #timer: Timer | undefined;

  /** `parts` is by how many processes an app's budget is divided. */
  constructor(clock: Clock, policy: SocketPolicy['limiter'], parts: () => number = () => 1) {
    this.#clock = clock;
    this.#policy = policy;
    this.#parts = parts;
    this.#all = { tokens: policy.allBurst, filledAt: clock.monotonic(), blockedAt: 0, blockedForMs: 0 };
  }

  /** Resolves when `appId` may call; rejects when `signal` aborts before that. */
  acquire(appId: string, urgency: Urgency, signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const refuse = (): void => reject(new PluginError('cancelled', 'a socket is not needed any more'));
      if (signal.aborted) {
        refuse();
        return;
      }
      const onAbort = (): void => {
        this.#waiters.delete(waiter);
        this.#pump();
        refuse();
      };
      const waiter: Waiter = {
        appId,
        urgency,
        wait: undefined,
        grant() {
          signal.removeEventListener('abort', onAbort);
          resolve();
        },
      };
      signal.addEventListener('abort', onAbort, { once: true });
      this.#waiters.add(waiter);
      this.#pump();
    });
  }

  /** Slack has opened a socket of this app, now or in an earlier run. */
  establish(appId: string): void {
    this.#established.add(appId);
  }

  /** The app is not wanted any more. */
  release(appId: string): void {
    this.#established.delete(appId);
  }

  /** Gives a permission back whose call never reached Slack. */
  refund(appId: string, isProbe = false): void {
    const bucket = (isProbe ? this.#probes : this.#apps).get(appId);
    if (bucket !== undefined) bucket.tokens = Math.min(this.#burst(isProbe), bucket.tokens + 1);
    this.#pump();
  }

  /** No call for `appId` before `delay` milliseconds have passed, or as much of that as the policy counts: Slack's Retry-After. */
  block(appId: string, delay: number, isProbe = false): void {
    const now = this.#clock.monotonic();
    const bucket = this.#bucket(appId, isProbe, now);
    if (now + delay > bucket.blockedAt + bucket.blockedForMs) {
      bucket.blockedAt = now;
      bucket.blockedForMs = delay;
    }
    this.#pump();
  }

  /** What `appId` waits for; nothing if it does not ask, or has what it asked for. */
  waitOf(appId: string): LimiterWait | undefined {
    for (const waiter of this.#waiters) if (waiter.appId === appId) return waiter.wait;
    return undefined;
  }

  get waiting(): number {
    return this.#waiters.size;
  }

  #pump(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
    const now = this.#clock.monotonic();
    fill(this.#all, this.#policy.allBurst, this.#policy.allEveryMs, now);
    let next = Infinity;
    const order = [...this.#waiters].sort((a, b) => this.#rank(a) - this.#rank(b) || a.urgency - b.urgency);
    for (const waiter of order) {
      const isProbe = waiter.urgency === URGENCY.probe;
      const bucket = this.#bucket(waiter.appId, isProbe, now);
      fill(bucket, this.#burst(isProbe), this.#policy.appEveryMs, now);
      waiter.wait = this.#waitFor(bucket, waiter.urgency, now);
      if (waiter.wait !== undefined) {
        next = Math.min(next, waiter.wait.until);
        continue;
      }
      // What is urgent is not held up by an empty budget, but uses it up for what is not.
      bucket.tokens = Math.max(0, bucket.tokens - 1);
      this.#all.tokens--;
      this.#waiters.delete(waiter);
      waiter.grant();
    }
    this.#forgetFull(now);
    if (this.#waiters.size > 0 && next < Infinity)
      this.#timer = this.#clock.setTimer(next - now, () => this.#pump());
  }

  #waitFor(bucket: Bucket, urgency: Urgency, now: number): LimiterWait | undefined {
    const { appEveryMs, allEveryMs, retryAfterMs, noSocketRetryAfterMs } = this.#policy;
    const askedMs = Math.min(
      bucket.blockedForMs,
      urgency === URGENCY.noSocket ? noSocketRetryAfterMs : retryAfterMs,
    );
    const blockedUntil = bucket.blockedAt + askedMs;
    if (blockedUntil > now) return { why: 'slack', until: blockedUntil, askedMs };
    const needed = neededFor(urgency);
    if (bucket.tokens < needed) {
      const until = bucket.filledAt + (needed - bucket.tokens) * appEveryMs;
      return { why: 'budget', until, askedMs: 0 };
    }
    if (this.#all.tokens < 1) return { why: 'queue', until: this.#all.filledAt + allEveryMs, askedMs: 0 };
    return undefined;
  }

  #rank({ appId, urgency }: Waiter): number {
    if (urgency === URGENCY.probe) return 2;
    return this.#established.has(appId) ? 0 : 1;
  }

  #burst(isProbe: boolean): number {
    if (isProbe) return PROBE_BURST;
    const { appBurst } = this.#policy;
    return Math.min(appBurst, Math.max(LEAST_BURST, Math.ceil(appBurst / this.#parts())));
  }

  #bucket(appId: string, isProbe: boolean, now: number): Bucket {
    const buckets = isProbe ? this.#probes : this.#apps;
    let bucket = buckets.get(appId);
    if (bucket === undefined) {
      bucket = { tokens: this.#burst(isProbe), filledAt: now, blockedAt: 0, blockedForMs: 0 };
      buckets.set(appId, bucket);
    }
    return bucket;
  }

  /** A full bucket says nothing that a new one would not. */
  #forgetFull(now: number): void {
    for (const buckets of [this.#apps, this.#probes]) {
      const burst = this.#burst(buckets === this.#probes);
      for (const [appId, bucket] of buckets) {
        fill(bucket, burst, this.#policy.appEveryMs, now);
        const blockedUntil = bucket.blockedAt + Math.min(bucket.blockedForMs, this.#policy.retryAfterMs);
        if (bucket.tokens >= burst && blockedUntil <= now) buckets.delete(appId);
      }
    }
  }
}

/** How many tokens must be in the bucket: what is urgent is not held up by an empty one. */
function neededFor(urgency: Urgency): number {
  switch (urgency) {
    case URGENCY.noSocket:
    case URGENCY.announced:
      return 0;
    case URGENCY.replacement:
    case URGENCY.probe:
      return 1;
    case URGENCY.spare:
      return 1 + RESERVE;
  }
}

function fill(bucket: Bucket, burst: number, everyMs: number, now: number): void {
  let earned = Math.floor((now - bucket.filledAt) / everyMs);
  // The quotient can be rounded below the number that those who wait for this time have counted with.
  if (now >= bucket.filledAt + (earned + 1) * everyMs) earned += 1;
  if (earned <= 0) return;
  bucket.tokens = Math.min(burst, bucket.tokens + earned);
  bucket.filledAt = bucket.tokens >= burst ? now : bucket.filledAt + earned * everyMs;
}
