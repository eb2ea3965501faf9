import type { Random } from '../core/random.js';
import type { Hello } from './envelope.js';
import type { OpenBackoff } from './open-backoff.js';
import type { PoolContext } from './pool-context.js';
import type { SocketPolicy } from './policy.js';
import type { SocketSet } from './socket-set.js';
import type { LeaveReason } from './socket-state.js';
import type { SlackSocket } from './socket.js';
import type { TokenChoice } from './token-choice.js';
import type { Traffic } from './traffic.js';

export interface ReplacementOptions {
  readonly context: PoolContext;
  readonly socketSet: SocketSet;
  readonly tokens: TokenChoice;
  readonly backoff: OpenBackoff;
  readonly traffic: Traffic;
}

/** Replaces the sockets of one app: says when each is due, and drains it only when another one has been greeted. */
export class Replacement {
  readonly #options: ReplacementOptions;

  constructor(options: ReplacementOptions) {
    this.#options = options;
  }

  /** A socket was greeted at `now`, and will be replaced before Slack means to close it. */
  greeted(socket: SlackSocket, { lifetimeMs }: Hello, now: number): void {
    const { context, socketSet } = this.#options;
    const siblings = socketSet.all().filter((other) => other !== socket && other.serves);
    const times = siblings.map(({ renewal }) => renewal.at);
    const at = renewalTime(now, lifetimeMs, times, context.policy.pool, context.random);
    socket.renewal = { at, why: 'age' };
  }

  /** This process stood still, and Slack may have given up any socket: all are replaced, one after the other. */
  woke(): void {
    const { context, socketSet } = this.#options;
    const { clock, random, policy } = context;
    for (const socket of socketSet.all())
      socket.renewal = { at: clock.monotonic() + random() * policy.pool.wakeSpreadMs, why: 'woke' };
  }

  /** Marks the sockets that are due, and drains those that can be spared. */
  update(): void {
    this.#keepLast();
    this.#markDue();
    this.#drainReplaced();
  }

  /** A socket that drains was replaced; when what replaced it is gone too, Slack has no other to send to. */
  #keepLast(): void {
    const sockets = this.#options.socketSet.all();
    if (!sockets.some(({ state }) => state.t === 'live')) for (const socket of sockets) socket.stay();
  }

  /** Not while Slack has no room for a replacement. */
  #markDue(): void {
    const { backoff, context, socketSet } = this.#options;
    if (backoff.state.t === 'at_limit') return;
    const now = context.clock.monotonic();
    for (const socket of socketSet.all()) if (socket.renewal.at <= now) socket.leave(socket.renewal.why);
  }

  /** Drains sockets that are replaced, superfluous, or in the way of a replacement. */
  #drainReplaced(): void {
    const { backoff, context, socketSet, tokens, traffic } = this.#options;
    const chosen = tokens.chosen();
    for (const socket of socketSet.opening()) if (socket.token.token !== chosen?.token) socket.drain('token');
    const good = socketSet.good(chosen);
    const leaving = socketSet.leaving(chosen);
    while (good.length > traffic.wanted) good.shift()?.drain('surplus');
    const full = socketSet.size >= context.policy.pool.budget || backoff.state.t === 'at_limit';
    while (leaving.length > 0 && good.length > 0 && (full || good.length + leaving.length > traffic.wanted)) {
      const socket = leaving.shift();
      socket?.drain(leaveReasonOf(socket));
    }
  }
}

/** Why a socket that serves is to be replaced. */
function leaveReasonOf({ state }: SlackSocket): LeaveReason {
  if (state.t === 'suspect') return 'silent';
  return state.t === 'live' && state.leaving !== undefined ? state.leaving : 'token';
}

// Enough to find a place far from seven siblings most of the time, few enough to cost nothing.
const CANDIDATES = 8;

/**
 * When a socket that was greeted `now` is to be renewed: before the lifetime that Slack announced, at an age drawn at random,
 * so that apps do not renew together, and as far as possible from the times of its siblings, so that two sockets of one
 * app never go together. All times are milliseconds of the monotonic clock.
 */
export function renewalTime(
  now: number,
  lifetimeMs: number,
  siblings: readonly number[],
  policy: Pick<SocketPolicy['pool'], 'renewFrom' | 'renewTo'>,
  random: Random,
): number {
  let best = { at: now, distance: -1 };
  for (let n = 0; n < CANDIDATES; n++) {
    const fraction = policy.renewFrom + (policy.renewTo - policy.renewFrom) * random();
    const at = now + lifetimeMs * fraction;
    const distance = Math.min(lifetimeMs, ...siblings.map((other) => Math.abs(other - at)));
    if (distance > best.distance) best = { at, distance };
  }
  return best.at;
}
