import type { PoolContext } from './pool-context.js';
import { consequenceOf, type ClosedReason, type LeaveReason, type SocketState } from './socket-state.js';
import type { SlackSocket } from './socket.js';
import type { TokenChoice } from './token-choice.js';
import type { OpenBackoff } from './open-backoff.js';

export interface OpenOutcomesOptions {
  readonly appId: string;
  readonly context: PoolContext;
  readonly tokens: TokenChoice;
  readonly backoff: OpenBackoff;
}

/** Learns from how the sockets of one app open and end: which tokens are good, and when the next may be opened. */
export class OpenOutcomes {
  readonly #options: OpenOutcomesOptions;
  #wasLive = false;
  #answered = false;

  constructor(options: OpenOutcomesOptions) {
    this.#options = options;
  }

  /** Whether any socket was ever live. */
  get wasLive(): boolean {
    return this.#wasLive;
  }

  /** Whether Slack has greeted a socket or refused one; an outage does neither. */
  get answered(): boolean {
    return this.#answered;
  }

  greeted({ token: { token } }: SlackSocket): void {
    const { appId, context, tokens, backoff } = this.#options;
    this.#wasLive = true;
    this.#answered = true;
    tokens.accept(token);
    context.limiter.establish(appId);
    context.onToken(token, appId, 'opened');
    backoff.greeted();
  }

  /** A live socket, greeted at `since`, has been marked as leaving. */
  leaving({ openedAt }: SlackSocket, why: LeaveReason | undefined, since: number): void {
    const { context, backoff } = this.#options;
    if (why === 'at_limit') backoff.atLimit();
    if (why === 'disabled') backoff.disabled();
    const isNew = context.clock.monotonic() - since < context.policy.pool.stableMs;
    // A Slack that greets and takes its greeting back at once must not be dialled without a pause.
    if (why === 'announced' && isNew)
      backoff.failed('Slack announced the end of a socket right after it was opened', openedAt);
  }

  closed(socket: SlackSocket, reason: ClosedReason, from: SocketState): void {
    const { appId, context, tokens, backoff } = this.#options;
    const { clock, events, limiter, policy, onToken } = context;
    const since = from.t === 'live' || from.t === 'suspect' ? from.since : Infinity;
    const lasted = clock.monotonic() - since >= policy.pool.stableMs;
    const consequence = consequenceOf(reason, lasted);
    if (consequence.t !== 'failed' && consequence.t !== 'none') this.#answered = true;
    const { token } = socket.token;
    const isProbe = tokens.wasRefused(token);
    switch (consequence.t) {
      case 'failed':
        if (consequence.unreached) limiter.refund(appId, isProbe);
        // What a refused token meets says nothing of the app.
        if (isProbe) tokens.postpone(token);
        else backoff.failed(consequence.text, socket.openedAt);
        break;
      case 'at_limit':
        backoff.atLimit();
        break;
      case 'disabled':
        backoff.disabled();
        break;
      case 'refused':
        tokens.refuse(token, consequence.error);
        // A token that may be made up spends nothing of the app.
        if (!isProbe) limiter.refund(appId);
        onToken(token, appId, 'refused');
        break;
      case 'rate_limited':
        limiter.block(appId, consequence.retryAfterMs, isProbe);
        events.emit({ t: 'rate_limited', appId, retryAfterMs: consequence.retryAfterMs });
        break;
      case 'none':
        break;
    }
  }
}
