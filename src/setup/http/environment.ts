import type { Context } from 'hono';
import type { SecureHeadersVariables } from 'hono/secure-headers';

/** What the one who asks for an answer can do besides giving it to the client. */
export interface Front {
  /** Has the server answer this request instead, once everything has been checked. Absent: there is no way to it. */
  readonly passOn?: () => void;
}

/** What the routes share through Hono's context: the nonce of the answer's Content-Security-Policy. */
export interface SetupEnvironment {
  Bindings: Front;
  Variables: SecureHeadersVariables;
}

export type SetupContext = Context<SetupEnvironment>;
