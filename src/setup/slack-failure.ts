import { adviceFor, isPermanent, type SlackFailure, type TokenPlace } from '../slack/errors.js';

/**
 * A sentence for people on a page about a call of Slack with such a token that failed; `advice` has what to do about
 * codes of Slack's that mean something else to this call.
 */
export function slackFailureSentence(
  failure: SlackFailure,
  kind: TokenPlace['kind'],
  advice: Readonly<Record<string, string>> = {},
): string {
  switch (failure.t) {
    case 'unreachable':
      return failure.answered
        ? `${failure.message}. Try again.`
        : 'Slack cannot be reached from the machine of this program: its log says why. Try again.';
    case 'rate_limited':
      return `Slack limits the rate. Wait ${Math.ceil(failure.retryAfterMs / 1000)} seconds, then try again.`;
    case 'refused': {
      const known = Object.hasOwn(advice, failure.error) ? advice[failure.error] : undefined;
      if (known !== undefined) return `Slack says ${failure.error}: ${known}.`;
      if (failure.error === 'missing_scope' && failure.needed !== undefined) {
        return `Slack says missing_scope: add the scope ${failure.needed}, install the app again, and copy the token again.`;
      }
      if (mayPass(failure)) return `Slack says ${failure.error}: try again in a moment.`;
      return `Slack says ${failure.error}: ${adviceFor(failure.error, { kind })}.`;
    }
  }
}

/** The same for an operator at the machine of this program, who may know its network: with the cause, also an inner one. */
export function slackFailureForOperators(failure: SlackFailure, kind: TokenPlace['kind']): string {
  return failure.t === 'unreachable' ? `${failure.message}. Try again.` : slackFailureSentence(failure, kind);
}

/** Whether the same call may succeed later without a change by a person. */
export function mayPass(failure: SlackFailure): boolean {
  return failure.t !== 'refused' || !isPermanent(failure.error);
}
