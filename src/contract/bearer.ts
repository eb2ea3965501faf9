import { Code, ConnectError, type Interceptor } from '@connectrpc/connect';
import { Credential } from '../core/credential.js';

/** Lets calls pass that carry `token` as a bearer credential, wherever they come from. */
export function bearer(token: string): Interceptor {
  const credential = new Credential(token);
  return (next) => (request) => {
    if (!credential.isBearer(request.header.get('authorization') ?? ''))
      throw new ConnectError(
        'the bearer credential is missing or wrong: send PLUGIN_TOKEN, or what the file plugin-token beside the journal holds',
        Code.Unauthenticated,
      );
    return next(request);
  };
}
