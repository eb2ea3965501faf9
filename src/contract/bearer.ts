import { Code, ConnectError } from '@connectrpc/connect';
import { Credential } from '../core/credential.js';

/** Says why a call that presents this `Authorization` header is refused, if it is. */
export type RefuseCaller = (authorization: string) => ConnectError | undefined;

/** Lets calls pass that carry `token` as a bearer credential, wherever they come from. */
export function bearer(token: string): RefuseCaller {
  const credential = new Credential(token);
  return (authorization) =>
    credential.isBearer(authorization)
      ? undefined
      : new ConnectError(
          'the bearer credential is missing or wrong: send PLUGIN_TOKEN, or what the file plugin-token beside the journal holds',
          Code.Unauthenticated,
        );
}
