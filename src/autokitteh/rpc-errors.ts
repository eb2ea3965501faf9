import { Code, ConnectError } from '@connectrpc/connect';
import { PluginError, type ErrorCode } from '../core/errors.js';

/** Which of our codes the server's refusal is; every other code of Connect is `server_refused`. */
const CODES: ReadonlyMap<Code, ErrorCode> = new Map([
  [Code.Unauthenticated, 'unauthenticated'],
  [Code.PermissionDenied, 'forbidden'],
  [Code.NotFound, 'not_found'],
  [Code.Unavailable, 'server_unavailable'],
  [Code.ResourceExhausted, 'server_unavailable'],
  [Code.Aborted, 'server_unavailable'],
  [Code.DeadlineExceeded, 'timeout'],
  [Code.Canceled, 'cancelled'],
]);

/** The error of a call named `what`, with the server's own words; the Connect error stays its cause. */
export function refusal(what: string, error: unknown): PluginError {
  if (!(error instanceof ConnectError)) return PluginError.from(error);
  return new PluginError(
    CODES.get(error.code) ?? 'server_refused',
    `AutoKitteh, ${what}: ${error.rawMessage}`,
    {
      cause: error,
    },
  );
}
