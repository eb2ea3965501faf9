import type { Channel } from '../core/channel.js';
import type { PluginError } from '../core/errors.js';
import type { ConnectionRecord } from './connection-list.js';
import type { OutgoingEvent } from './dispatch-encoding.js';
import type { EventReads, EventRecord } from './event-reads.js';
import type { Status } from './status.js';

/** A variable of a connection, a project or a trigger; secrets are in clear, so never log one. */
export interface Variable {
  readonly name: string;
  readonly value: string;
  readonly isSecret: boolean;
}

export interface EventQuery {
  readonly destinationId?: string;
  readonly integrationId?: string;
  readonly orgId?: string;
  readonly eventType?: string;
  /** Newest first, at most so many; 0 or absent means all. */
  readonly maxResults?: number;
}

/** Which sessions: of an event, or those of a project that run. */
export type SessionQuery = { readonly eventId: string } | { readonly runningIn: string };

/** A session, as the server lists it. */
export interface SessionRecord {
  readonly sessionId: string;
  /** In small letters: `created`, `running`, `error`, `completed` or `stopped`. */
  readonly state: string;
  /** Milliseconds since 1970, by the server's clock; 0 if it gave none. */
  readonly createdAt: number;
}

/** A trigger of a connection, as far as it says which events it takes. */
export interface TriggerRecord {
  readonly name: string;
  readonly projectId: string;
  /** Empty or `*` for all. */
  readonly eventType: string;
  /** A condition in CEL; empty if there is none. */
  readonly filter: string;
  /** Whether there is a function that it starts. */
  readonly hasCall: boolean;
}

/** Who the server takes us for. */
export interface User {
  readonly userId: string;
  readonly displayName: string;
}

/** The credentials of the person who asked, passed on as they came. */
export interface CallerHeaders {
  readonly authorization?: string | undefined;
  readonly cookie?: string | undefined;
}

/**
 * The server, as far as this program needs it. Every method rejects with a PluginError: `unauthenticated`,
 * `forbidden`, `not_found`, `server_refused` (the server's own words), `server_unavailable`, `timeout`, or the
 * reason of an aborted signal.
 */
export interface AutoKitteh extends EventReads {
  /** The user that our credential stands for, or nothing. */
  whoAmI(signal?: AbortSignal): Promise<User | undefined>;
  /**
   * Ids of connections with an active deployment (or of an organisation) that have `variable`; system rights. The same array as
   * long as the server answers the same.
   */
  findActiveConnections(
    integrationId: string,
    variable: string,
    signal?: AbortSignal,
  ): Promise<readonly string[]>;
  /**
   * All connections of the integration that we may see: of every organisation with system rights. The same array, and the
   * same record of a connection, as long as the server answers the same.
   */
  listConnections(integrationId: string, signal?: AbortSignal): Promise<readonly ConnectionRecord[]>;
  /** The id of a project of ours by its name; nothing when there is none, or we may not see it. */
  projectId(name: string, signal?: AbortSignal): Promise<string | undefined>;
  /** The connections of a project, of every integration, with those of its organisation. */
  connectionsOf(projectId: string, signal?: AbortSignal): Promise<ConnectionRecord[]>;
  /** Nothing when it is unknown, deleted, or not ours to see. */
  connection(id: string, signal?: AbortSignal): Promise<ConnectionRecord | undefined>;
  /** Variables of a scope, secrets in clear; all when no names are given. Empty for a deleted connection. */
  variables(scopeId: string, names?: readonly string[], signal?: AbortSignal): Promise<Variable[]>;
  /** Upserts in one transaction; the server then refreshes the status of a connection before it answers. */
  setVariables(scopeId: string, variables: readonly Variable[], signal?: AbortSignal): Promise<void>;
  /** Deletes the named variables; no names, no change. */
  deleteVariables(scopeId: string, names: readonly string[], signal?: AbortSignal): Promise<void>;
  /** Stores the status that `ak connection get` prints, until the server's next refresh. */
  pushStatus(connectionId: string, status: Status, signal?: AbortSignal): Promise<void>;
  /** Has the server ask the integration for the status anew and store it; tells what it is then. */
  refreshStatus(connectionId: string, signal?: AbortSignal): Promise<Status>;
  /**
   * Encodes an event at once, and sends it, as a new one, at each call of what it returns. The id is empty for a
   * connection of an organisation.
   */
  prepareDispatch(event: OutgoingEvent): (signal: AbortSignal) => Promise<{ eventId: string }>;
  /** Stored events, newest first. */
  listEvents(query: EventQuery, signal?: AbortSignal): Promise<EventRecord[]>;
  /** Whether there is any such session. */
  hasSession(query: SessionQuery, signal?: AbortSignal): Promise<boolean>;
  /** The sessions that an event has started, latest first, at most 20. */
  sessionsOf(eventId: string, signal?: AbortSignal): Promise<SessionRecord[]>;
  /** The triggers of a connection, in all projects. */
  listTriggers(connectionId: string, signal?: AbortSignal): Promise<TriggerRecord[]>;
  /** Whether a project has an active deployment, without which its triggers start nothing. */
  hasActiveDeployment(projectId: string, signal?: AbortSignal): Promise<boolean>;
  /** The name of a project; nothing when it is unknown, deleted, or not ours to see. */
  projectName(projectId: string, signal?: AbortSignal): Promise<string | undefined>;
  /** The same server, asked with a person's own credentials and never with ours. */
  forCaller(headers: CallerHeaders): AutoKitteh;
}

/** The program's own line to the server. */
export interface AutoKittehClient extends AutoKitteh {
  /** What the server refused us for lack of rights: a reason to look at our identity again. */
  readonly refusals: Channel<PluginError>;
  /** Drops pooled connections and what is under way; idempotent. */
  close(): Promise<void>;
}
