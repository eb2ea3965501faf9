import { ConnectError } from '@connectrpc/connect';
import type { PluginError } from '../core/errors.js';

/** The request left, and no answer of the server's own came: nobody knows what the server did about it. */
export class UnansweredError extends ConnectError {
  /** ConnectError takes all of its kind for instances of any of its classes. */
  readonly isUnanswered = true;
}

/** Whether the server may have done what a call asked although the call failed so. */
export function hadNoAnswer({ code, cause }: PluginError): boolean {
  // A time limit, ours or the server's: it may have been at work on it until then.
  return (
    code === 'timeout' || code === 'cancelled' || (cause instanceof ConnectError && 'isUnanswered' in cause)
  );
}
