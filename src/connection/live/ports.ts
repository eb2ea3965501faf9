import type { ConnectionRecord, Variable } from '../../autokitteh/client.js';
import type { Status } from '../../autokitteh/status.js';
import type { SocketsHealth, TokenHealth } from './status.js';

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

/** An app-level token that opens sockets of its app. */
export interface WantedToken {
  readonly token: string;
  /** When a person saved it, milliseconds since 1970 (0 when unknown). */
  readonly setAt: number;
  /** Slack has opened a socket with it, or said at a save on the page that it would. */
  readonly isProven: boolean;
}

/** The sockets that events arrive on, by app. */
export interface Sockets {
  /** States which apps are wanted, with their tokens, newest first. */
  reconcile(apps: ReadonlyMap<string, readonly WantedToken[]>): void;
  health(appId: string): SocketsHealth;
  /** What became of one of an app's tokens. */
  token(appId: string, token: string): TokenHealth;
}
