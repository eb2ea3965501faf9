import type { PluginError } from '../core/errors.js';
import type { User } from './client.js';
import type { CredentialSource } from './credentials.js';

/** AutoKitteh: the user whom servers in dev and test mode make of everyone without a credential that they know. */
const DEFAULT_USER_ID = 'usr_3vser000000000000000000001';

const GIVEN_BY = {
  token: 'AUTOKITTEH_TOKEN',
  sign_key: 'AUTOKITTEH_SIGN_KEY',
} as const;

const HOW =
  "Set AUTOKITTEH_SIGN_KEY to the server's signing key (its setting authjwttokens.hmac.sign_key, or authjwttokens.rsa.private_key; 64 zeros for a server in dev mode), or AUTOKITTEH_TOKEN to a service token.";

const RIGHTS =
  'create:save, dispatch, read:find-var-connections-ids, read:get, read:list, read:get-var, read:get-all-vars, write:set-var and update:update';

/** What a person has to do when the server refused what this program needs. `user` is whom it takes us for. */
export function identityAdvice(
  source: CredentialSource['kind'],
  user: User | undefined,
  refused: PluginError,
): string {
  if (refused.code === 'unauthenticated' || user === undefined) {
    return source === 'none'
      ? `The server wants a credential and none is configured. ${HOW}`
      : `The server does not take the credential of ${GIVEN_BY[source]} (${refused.message}): it is of another server, it has expired, or the clocks of the two machines differ by minutes. ${HOW}`;
  }
  if (user.userId === DEFAULT_USER_ID) {
    return source === 'none'
      ? `Without a credential the server takes this program for its default user, who may not dispatch events. ${HOW}`
      : `The server does not know the credential of ${GIVEN_BY[source]} and silently takes this program for its default user, who may not dispatch events: the key or the token is of another server, or has expired. ${HOW}`;
  }
  return `The server takes this program for ${user.displayName || 'a user'} (${user.userId}), whose rights do not suffice (${refused.message}). Use the server's signing key (AUTOKITTEH_SIGN_KEY), or allow this user ${RIGHTS} in the server's policy.`;
}
