import type { ConnectionRecord, Variable } from '../autokitteh/client.js';
import type { Status } from '../autokitteh/status.js';

/** What a reconcile asks of the server. */
export interface Server {
  findActiveConnections(integrationId: string, variable: string, signal: AbortSignal): Promise<string[]>;
  listConnections(integrationId: string, signal: AbortSignal): Promise<ConnectionRecord[]>;
  /** All of them when no names are given. */
  variables(scopeId: string, names: readonly string[], signal: AbortSignal): Promise<Variable[]>;
  pushStatus(connectionId: string, status: Status, signal: AbortSignal): Promise<void>;
  /** Puts the server's own status in place of one that was pushed; tells what it is. */
  refreshStatus(connectionId: string, signal: AbortSignal): Promise<Status>;
}
