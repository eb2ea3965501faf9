import { Code, ConnectError, type Interceptor } from '@connectrpc/connect';
import { isConnectionId, isIntegrationId } from '../autokitteh/ids.js';
import { PluginError, type ErrorCode } from '../core/errors.js';
import type { Log } from '../core/log.js';

/**
 * What a failure of ours is to the caller. That the server refused *us* is not the caller's lack of rights, so it is
 * a failed precondition.
 */
const CODES: Readonly<Record<ErrorCode, Code>> = {
  bad_config: Code.FailedPrecondition,
  bad_manifest: Code.FailedPrecondition,
  missing_package: Code.FailedPrecondition,
  bad_input: Code.InvalidArgument,
  unauthenticated: Code.FailedPrecondition,
  forbidden: Code.FailedPrecondition,
  not_found: Code.NotFound,
  timeout: Code.DeadlineExceeded,
  cancelled: Code.Canceled,
  slack_refused: Code.FailedPrecondition,
  slack_unavailable: Code.Unavailable,
  server_refused: Code.FailedPrecondition,
  server_unavailable: Code.Unavailable,
  program_unavailable: Code.Unavailable,
  overloaded: Code.ResourceExhausted,
  journal_full: Code.ResourceExhausted,
  journal_damaged: Code.Internal,
  journal_newer: Code.Internal,
  journal_locked: Code.Internal,
  journal_moved: Code.FailedPrecondition,
  journal_unavailable: Code.Unavailable,
  stopped: Code.Unavailable,
  internal: Code.Internal,
};

/** Turns whatever a method threw into a Connect error with the right code; what nobody foresaw is logged. */
export function refusals(log: Pick<Log, 'error'>): Interceptor {
  return (next) => async (request) => {
    try {
      return await next(request);
    } catch (error) {
      if (error instanceof ConnectError) throw error;
      if (error instanceof PluginError && error.code !== 'internal') {
        throw new ConnectError(error.message, CODES[error.code]);
      }
      log.error({ err: error, method: request.method.name }, 'a call of the contract by AutoKitteh failed');
      throw new ConnectError('internal error; see the log of the integration', Code.Internal);
    }
  };
}

/** A request that breaks a rule of the contract. */
export function invalid(what: string): ConnectError {
  return new ConnectError(what, Code.InvalidArgument);
}

export function notFound(what: string): ConnectError {
  return new ConnectError(what, Code.NotFound);
}

/** Requests name the integration that they mean; there is one here. */
export function requireOurs(given: string, ours: string): void {
  if (given === '') throw invalid('integration_id must not be empty');
  if (!isIntegrationId(given)) throw invalid('integration_id is not an integration id');
  if (given !== ours) throw notFound(`integration ${given} is not served here`);
}

/** The id, which must be there and well-formed. */
export function requireConnectionId(id: string): string {
  if (id === '') throw invalid('connection_id must not be empty');
  return optionalConnectionId(id);
}

/** The id, which may be empty. */
export function optionalConnectionId(id: string): string {
  if (id !== '' && !isConnectionId(id)) throw invalid('connection_id is not a connection id');
  return id;
}
