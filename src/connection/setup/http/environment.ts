import type { Context } from 'hono';
import type { SecureHeadersVariables } from 'hono/secure-headers';

/** What the routes share through Hono's context: the nonce of the answer's Content-Security-Policy. */
export interface SetupEnvironment {
  Variables: SecureHeadersVariables;
}

export type SetupContext = Context<SetupEnvironment>;
