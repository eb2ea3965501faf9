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

/** An app-level token and when a person saved it, milliseconds since 1970 (0 when unknown). */
export interface WantedToken {
  readonly token: string;
  readonly setAt: number;
}

/** The sockets that events arrive on, by app. */
export interface Sockets {
  /** States which apps are wanted, with their tokens, newest first. */
  reconcile(apps: ReadonlyMap<string, readonly WantedToken[]>): void;
  health(appId: string): SocketsHealth;
  /** What became of one of an app's tokens. */
  token(appId: string, token: string): TokenHealth;
}

/** Durations in milliseconds. */
export interface LivePolicy {
  /** Between two looks at the server. */
  readonly reconcileMs: number;
  /** Between two comparisons of what is shown with what is true; asks nobody. */
  readonly compareMs: number;
  /** A trouble that passes sooner is not shown. */
  readonly settleMs: number;
  /** A deployment may be replaced within this time without its sockets closing. */
  readonly graceMs: number;
  /** Variables are read again after this long (with jitter), whatever happened. */
  readonly sweepMs: number;
  /** The same for connections that are not set up completely. */
  readonly incompleteMs: number;
  /** An answer to the server waits no longer than this for variables that were never read. */
  readonly answerMs: number;
  /** What Slack said of a bot token is asked again after this long at most; revocations are also announced by events. */
  readonly identityMs: number;
  /** The same when Slack could not be asked. */
  readonly identityRetryMs: number;
}

export const LIVE_POLICY: LivePolicy = {
  reconcileMs: 1_500,
  compareMs: 250,
  settleMs: 1_500,
  graceMs: 5_000,
  sweepMs: 10 * 60_000,
  incompleteMs: 10_000,
  answerMs: 2_000,
  identityMs: 10 * 60_000,
  identityRetryMs: 5_000,
};
