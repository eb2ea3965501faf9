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

// Dispatch wraps whatever went wrong as an invalid argument, a lack of rights too: "save event: unauthorized".
const WRAPPED: readonly (readonly [RegExp, ErrorCode])[] = [
  [/(^|: )unauthorized$/, 'forbidden'],
  [/(^|: )unauthenticated$/, 'unauthenticated'],
];

/** The error of a call named `what`, with the server's own words; the Connect error stays its cause. */
export function refusal(what: string, error: unknown): PluginError {
  if (!(error instanceof ConnectError)) return PluginError.from(error);
  const words = error.rawMessage;
  const wrapped =
    error.code === Code.InvalidArgument ? WRAPPED.find(([pattern]) => pattern.test(words)) : undefined;
  const code = wrapped?.[1] ?? CODES.get(error.code) ?? 'server_refused';
  return new PluginError(code, `AutoKitteh, ${what}: ${words}`, { cause: error });
}
