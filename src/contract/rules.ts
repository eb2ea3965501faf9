import { Code, ConnectError } from '@connectrpc/connect';
import { isConnectionId, isIntegrationId } from '../autokitteh/ids.js';

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
