import type { Clock, Timer } from '../core/clock.js';
import { PluginError } from '../core/errors.js';
import type { SocketPolicy } from './policy.js';

/** Who goes first when many want to open a socket; the lower number does. */
export const URGENCY = {
  /** An app without any socket: its events have nowhere to go. */
  deaf: 0,
  /** An app that is about to lose a socket. */
  replacement: 1,
  /** A second socket, growth, renewals in good time. */
  spare: 2,
} as const;

export type Urgency = (typeof URGENCY)[keyof typeof URGENCY];

// What is done in good time leaves this many permissions of an app for what cannot wait.
const RESERVE = 1;

interface Waiter {
  readonly appId: string;
  readonly urgency: Urgency;
  readonly grant: () => void;
}

/** Tokens that come back one by one, up to a maximum. */
interface Bucket {
  tokens: number;
  /** Monotonic time up to which tokens have been added. */
  filledAt: number;
  /** Slack said "not before". */
  blockedUntil: number;
}

/**
 * Permission to call `apps.connections.open`: a token bucket for each app (Slack limits that method per app, by some sources
 * to once a minute) and one over all apps, so that a start with hundreds of them is a queue and not a stampede.
 */
export class ConnectionLimiter {
  readonly #clock: Clock;
  readonly #policy: SocketPolicy['limiter'];
  readonly #all: Bucket;
  readonly #apps = new Map<string, Bucket>();
  /** In the order of asking. */
  readonly #waiters = new Set<Waiter>();
  #timer: Timer | undefined;

  constructor(clock: Clock, policy: SocketPolicy['limiter']) {
    this.#clock = clock;
    this.#policy = policy;
    this.#all = { tokens: policy.allBurst, filledAt: clock.monotonic(), blockedUntil: 0 };
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

  /** Gives a permission back whose call never reached Slack. */
  refund(appId: string): void {
    const bucket = this.#apps.get(appId);
    if (bucket !== undefined) bucket.tokens = Math.min(this.#policy.appBurst, bucket.tokens + 1);
    this.#pump();
  }

  /** No call for `appId` before `delay` milliseconds have passed: Slack's Retry-After. */
  block(appId: string, delay: number): void {
    const now = this.#clock.monotonic();
    const bucket = this.#bucket(appId, now);
    bucket.blockedUntil = Math.max(bucket.blockedUntil, now + delay);
    this.#pump();
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
    for (const waiter of [...this.#waiters].sort((a, b) => a.urgency - b.urgency)) {
      if (this.#all.tokens < 1) {
        next = Math.min(next, this.#all.filledAt + this.#policy.allEveryMs);
        break;
      }
      const bucket = this.#bucket(waiter.appId, now);
      fill(bucket, this.#policy.appBurst, this.#policy.appEveryMs, now);
      const needed = waiter.urgency === URGENCY.spare ? 1 + RESERVE : 1;
      const earnedAt = bucket.filledAt + Math.max(0, needed - bucket.tokens) * this.#policy.appEveryMs;
      const allowedAt = Math.max(earnedAt, bucket.blockedUntil);
      if (allowedAt > now) {
        next = Math.min(next, allowedAt);
        continue;
      }
      bucket.tokens--;
      this.#all.tokens--;
      this.#waiters.delete(waiter);
      waiter.grant();
    }
    this.#forgetFull(now);
    if (this.#waiters.size > 0 && next < Infinity)
      this.#timer = this.#clock.setTimer(next - now, () => this.#pump());
  }

  #bucket(appId: string, now: number): Bucket {
    let bucket = this.#apps.get(appId);
    if (bucket === undefined) {
      bucket = { tokens: this.#policy.appBurst, filledAt: now, blockedUntil: 0 };
      this.#apps.set(appId, bucket);
    }
    return bucket;
  }

  /** A full bucket says nothing that a new one would not. */
  #forgetFull(now: number): void {
    for (const [appId, bucket] of this.#apps) {
      fill(bucket, this.#policy.appBurst, this.#policy.appEveryMs, now);
      if (bucket.tokens >= this.#policy.appBurst && bucket.blockedUntil <= now) this.#apps.delete(appId);
    }
  }
}

function fill(bucket: Bucket, burst: number, everyMs: number, now: number): void {
  const earned = Math.floor((now - bucket.filledAt) / everyMs);
  if (earned <= 0) return;
  bucket.tokens = Math.min(burst, bucket.tokens + earned);
  bucket.filledAt = bucket.tokens >= burst ? now : bucket.filledAt + earned * everyMs;
}
