import type { Status } from '../autokitteh/status.js';

/**
 * What the contract asks about connections. Every answer comes from memory or within seconds; methods may reject with
 * PluginErrors, `not_found` for a connection that this integration does not have.
 */
export interface ConnectionFacts {
  /** The state now; of a connection that is yet to be set up when the id is empty. */
  status(connectionId: string): Promise<Status>;
  /** Tries the connection now. */
  test(connectionId: string): Promise<Status>;
  /** What sessions get as `<connection>__<key>`; secrets are among it. */
  config(connectionId: string): Promise<Readonly<Record<string, string>>>;
  /** Whether the connection is one of this integration's. */
  knows(connectionId: string): Promise<boolean>;
}
