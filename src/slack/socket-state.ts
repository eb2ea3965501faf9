import type { Hello } from './envelope.js';
import { isPermanent, type SlackFailure } from './errors.js';
import type { TransportEnd } from './transport.js';

/** Why a live socket is to be replaced by another. */
export type LeaveReason =
  /** Slack said that it will close it soon (`warning`, or a reason that is not known), or at once (`refresh_requested`). */
  | 'announced'
  /** It comes close to the lifetime that Slack announced. */
  | 'age'
  /** It does not answer. */
  | 'silent'
  /** Slack does not seem to hear what is sent on it: acknowledged events come again. */
  | 'acks_lost'
  /** It was opened with a token that is not the one to use any more. */
  | 'token'
  /** We stood still for so long that nobody knows what became of it. */
  | 'woke'
  /** Fewer sockets are wanted. */
  | 'surplus'
  /** Socket Mode was switched off for the app. */
  | 'disabled'
  /** Slack has as many sockets as it allows for the app. */
  | 'at_limit'
  /** The app is not wanted any more, or the program stops. */
  | 'stopping';

/** Why a socket is closed. */
export type ClosedReason =
  /** No URL, or no WebSocket. */
  | { readonly t: 'failed'; readonly failure: SlackFailure }
  /** A state before live took longer than its limit. */
  | { readonly t: 'timeout'; readonly during: 'fetching_url' | 'awaiting_hello' }
  | { readonly t: 'timeout'; readonly during: 'dialling'; readonly host: string }
  /** Slack sent `disconnect` instead of hello. */
  | { readonly t: 'turned_away'; readonly reason: string; readonly connections: number }
  /** The hello named another app than the token was saved for. */
  | { readonly t: 'wrong_app'; readonly appId: string }
  /** Slack or the network ended it; `announced` if Slack had said so before. */
  | { readonly t: 'ended'; readonly code: number; readonly announced: boolean }
  /** Nothing was heard from it for too long. */
  | { readonly t: 'silent' }
  /** It was drained and let go by us. */
  | { readonly t: 'left'; readonly why: LeaveReason };

/** The states of one socket. Exactly one function assigns them (`SlackSocket.#become`). */
export type SocketState =
  /** `apps.connections.open` is under way. Ends with a URL, a refusal, or after `fetchMs`. */
  | { readonly t: 'fetching_url' }
  /** TCP, TLS and the upgrade are under way. Ends open, refused, or after `dialMs`. */
  | { readonly t: 'dialling'; readonly host: string }
  /** The WebSocket is open, and Slack has not greeted yet. Ends with hello, `disconnect`, or after `helloMs`. */
  | { readonly t: 'awaiting_hello' }
  /** Slack routes payloads to it. `leaving` if a replacement is wanted; ends by draining, suspicion or its end. */
  | {
      readonly t: 'live';
      readonly hello: Hello;
      /** Monotonic milliseconds. */
      readonly since: number;
      readonly leaving: LeaveReason | undefined;
    }
  /** Was live, and a ping is unanswered. Any frame makes it live again; replaced, or after `silentMs`, it is closed. */
  | {
      readonly t: 'suspect';
      readonly hello: Hello;
      readonly since: number;
      readonly leaving: LeaveReason | undefined;
    }
  /**
   * Replaced: takes what still comes, sends its acknowledgements, and says goodbye, after Slack's 3 s at the latest. Until
   * it has said goodbye it is made live again if no other socket of the app is.
   */
  | {
      readonly t: 'draining';
      readonly hello: Hello;
      readonly since: number;
      readonly why: LeaveReason;
      readonly saidGoodbye: boolean;
    }
  /** Gone for good, with nothing of it left. */
  | { readonly t: 'closed'; readonly reason: ClosedReason };

export type SocketStateName = SocketState['t'];

const LEAVE: Readonly<Record<string, LeaveReason>> = {
  warning: 'announced',
  refresh_requested: 'announced',
  link_disabled: 'disabled',
  too_many_websockets: 'at_limit',
};

/** What Slack's reason for `disconnect` means for a socket that serves; an unknown one is taken for a warning. */
export function leaveReasonOfDisconnect(reason: string): LeaveReason {
  return LEAVE[reason] ?? 'announced';
}

/** Why a socket that ended so in this state, by no doing of ours, is closed. */
export function reasonOfEnd(state: SocketState, end: TransportEnd): ClosedReason {
  if (end.t === 'not_opened') return { t: 'failed', failure: end.failure };
  const announced = 'leaving' in state && state.leaving === 'announced';
  return { t: 'ended', code: end.code, announced };
}

/** One sentence about the end of a socket. */
export function closedText(reason: ClosedReason): string {
  switch (reason.t) {
    case 'failed':
      return reason.failure.t === 'refused'
        ? `Slack refused: ${reason.failure.error}`
        : reason.failure.t === 'rate_limited'
          ? 'Slack limits how often sockets may be opened'
          : reason.failure.message;
    case 'timeout':
      return timeoutText(reason);
    case 'turned_away':
      return `Slack rejected the socket: ${reason.reason}`;
    case 'wrong_app':
      return `the app-level token belongs to the Slack app ${reason.appId}`;
    case 'ended':
      return reason.announced
        ? 'Slack closed the socket, as announced'
        : `the socket was closed (code ${reason.code})`;
    case 'silent':
      return 'nothing was received on the socket for too long';
    case 'left':
      return `replaced (${reason.why})`;
  }
}

function timeoutText(reason: Extract<ClosedReason, { t: 'timeout' }>): string {
  switch (reason.during) {
    case 'fetching_url':
      return 'Slack did not give a WebSocket URL in time';
    case 'dialling':
      return `the WebSocket to Slack could not be opened: ${reason.host} timed out`;
    case 'awaiting_hello':
      return 'Slack did not send hello on the new socket in time';
  }
}

/** What the end of a socket means for the openings to come. */
export type Consequence =
  /** Nothing: open the next one at once, if one is wanted. */
  | { readonly t: 'none' }
  /** Wait, longer each time. `unreached` if the call for a URL never got to Slack. */
  | { readonly t: 'failed'; readonly text: string; readonly unreached: boolean }
  /** Slack has as many sockets as it allows. */
  | { readonly t: 'at_limit' }
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
      if (failure.error === 'too_many_websockets') return { t: 'at_limit' };
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
  if (reason === 'too_many_websockets') return { t: 'at_limit' };
  if (reason === 'link_disabled') return { t: 'disabled' };
  return { t: 'failed', text, unreached: false };
}
