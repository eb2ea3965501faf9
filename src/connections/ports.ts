import type { ConnectionRecord } from '../autokitteh/connection-list.js';
import type { Variable } from '../autokitteh/client.js';
import type { Status } from '../autokitteh/status.js';
import type { Channel } from '../core/channel.js';

/** Which of the processes that share the connections brings a status to the server. */
export interface Speaker {
  /**
   * Whether this process does so for an app, or for a connection without one; `once` if it was the one to do so when it last
   * knew the others, and no longer knows them: what another one says then is left as it is.
   */
  speaksFor(id: string): 'always' | 'once' | 'never';
  /** Whether others are there that are not stopping. */
  hasOthers(): boolean;
  readonly changed: Channel<undefined>;
}

/** What a reconcile asks of the server. */
export interface Server {
  findActiveConnections(
    integrationId: string,
    variable: string,
    signal: AbortSignal,
  ): Promise<readonly string[]>;
  /** The same array, and the same record of a connection, as long as the server answers the same. */
  listConnections(integrationId: string, signal: AbortSignal): Promise<readonly ConnectionRecord[]>;
  /** All of them when no names are given. */
  variables(scopeId: string, names: readonly string[], signal: AbortSignal): Promise<Variable[]>;
  pushStatus(connectionId: string, status: Status, signal: AbortSignal): Promise<void>;
  /** Puts the server's own status in place of one that was pushed; tells what it is. */
  refreshStatus(connectionId: string, signal: AbortSignal): Promise<Status>;
}
