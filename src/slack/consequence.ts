import { isPermanent, type SlackFailure } from './slack-errors.js';
import { closedText, type ClosedReason } from './socket-state.js';

/** What the end of a socket means for the openings to come. */
export type Consequence =
  /** Nothing: open the next one at once, if one is wanted. */
  | { readonly t: 'none' }
  /** Wait, longer each time. `unreached` if the call for a URL never got to Slack. */
  | { readonly t: 'failed'; readonly text: string; readonly unreached: boolean }
  /** Slack has as many sockets as it allows. */
  | { readonly t: 'crowded' }
  /** Socket Mode is off. */
  | { readonly t: 'disabled' }
  /** The token is no good, says Slack. */
  | { readonly t: 'refused'; readonly error: string }
  /** Not before so many milliseconds. */
  | { readonly t: 'rate_limited'; readonly retryAfterMs: number };

/** `lasted` if the socket had been live for long enough to count as a success. */
export function consequenceOf(reason: ClosedReason, lasted: boolean): Consequence {
  switch (reason.t) {
    case 'failed':
      return ofFailure(reason.failure, closedText(reason));
    case 'turned_away':
      return ofDisconnect(reason.reason, closedText(reason));
    case 'wrong_app':
      return { t: 'refused', error: 'wrong_app' };
    case 'timeout':
      return { t: 'failed', text: closedText(reason), unreached: false };
    case 'ended':
      if (reason.announced || lasted) return { t: 'none' };
      return { t: 'failed', text: closedText(reason), unreached: false };
    case 'silent':
      return lasted ? { t: 'none' } : { t: 'failed', text: closedText(reason), unreached: false };
    case 'left':
      return { t: 'none' };
  }
}

function ofFailure(failure: SlackFailure, text: string): Consequence {
  switch (failure.t) {
    case 'refused':
      if (failure.error === 'too_many_websockets') return { t: 'crowded' };
      if (failure.error === 'link_disabled') return { t: 'disabled' };
      if (isPermanent(failure.error)) return { t: 'refused', error: failure.error };
      return { t: 'failed', text, unreached: false };
    case 'rate_limited':
      return { t: 'rate_limited', retryAfterMs: failure.retryAfterMs };
    case 'unreachable':
      return { t: 'failed', text, unreached: !failure.answered };
  }
}

function ofDisconnect(reason: string, text: string): Consequence {
  if (reason === 'too_many_websockets') return { t: 'crowded' };
  if (reason === 'link_disabled') return { t: 'disabled' };
  return { t: 'failed', text, unreached: false };
}
