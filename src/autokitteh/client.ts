import type { DescMessage, DescMethodUnary, MessageInitShape, MessageShape } from '@bufbuild/protobuf';
import { Channel } from '../core/channel.js';
import type { Clock } from '../core/clock.js';
import { deadline } from '../core/cancellation.js';
import { PluginError } from '../core/errors.js';
import { cutText } from '../core/text.js';
import { DIRECT, type Outbound } from '../core/outbound.js';
import { AuthService } from '../gen/autokitteh/auth/v1/auth_pb.js';
import { ConnectionsService } from '../gen/autokitteh/connections/v1/connections_pb.js';
import { DeploymentsService, DeploymentState } from '../gen/autokitteh/deployments/v1/deployments_pb.js';
import { DispatcherService } from '../gen/autokitteh/dispatcher/v1/dispatcher_pb.js';
import { EventsService } from '../gen/autokitteh/events/v1/events_pb.js';
import { ProjectsService } from '../gen/autokitteh/projects/v1/projects_pb.js';
import { SessionsService, SessionStateType } from '../gen/autokitteh/sessions/v1/sessions_pb.js';
import { TriggersService } from '../gen/autokitteh/triggers/v1/triggers_pb.js';
import { VarsService } from '../gen/autokitteh/vars/v1/vars_pb.js';
import type { Credentials } from './credentials.js';
import { ConnectionListReader, recordOf, type ConnectionRecord } from './connection-list.js';
import { encodeDispatch, type OutgoingEvent } from './dispatch-encoding.js';
import {
  eventReads,
  eventRecord,
  milliseconds,
  stateWord,
  type EventReads,
  type EventRecord,
} from './event-reads.js';
import { isConnectionId } from './ids.js';
import { createUnaryCaller, refusal, type UnaryCaller, type UnaryOptions } from './rpc.js';
import { statusFromMessage, statusToMessage, type Status } from './status.js';

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
  /** Ids of connections with an active deployment (or of an organisation) that have `variable`; system rights. */
  findActiveConnections(integrationId: string, variable: string, signal?: AbortSignal): Promise<string[]>;
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

export interface ClientOptions {
  /** The server's URL; a path is kept as a prefix. */
  readonly url: string;
  /** The way to the server; without one, directly. */
  readonly outbound?: Outbound | undefined;
  readonly credentials: Credentials;
  readonly clock: Clock;
  /** How long a call may take, in milliseconds. */
  readonly timeoutMs: number;
}

/** Makes the line to the server; nothing is sent before the first call. */
export function createAutoKitteh(options: ClientOptions): AutoKittehClient {
  const caller = createUnaryCaller(options.url, options.outbound ?? DIRECT);
  const refusals = new Channel<PluginError>();
  const own = async (): Promise<Record<string, string>> => {
    const token = await options.credentials.token();
    return token === undefined ? {} : { authorization: `Bearer ${token}` };
  };
  return {
    ...methods(caller, options, own, (error) => refusals.emit(error)),
    refusals,
    close: () => caller.close(),
  };
}

// More, nobody reads.
const MOST_SESSIONS = 20;

type Refused = (error: PluginError) => void;
type Ask<Answer> = (unary: UnaryOptions) => Promise<Answer>;

function methods(
  caller: UnaryCaller,
  options: ClientOptions,
  headers: () => Promise<Record<string, string>>,
  refused: Refused,
): AutoKitteh {
  async function send<Answer>(signal: AbortSignal, ask: Ask<Answer>): Promise<Answer> {
    try {
      return await ask({ headers: await headers(), signal, timeoutMs: options.timeoutMs });
    } catch (error) {
      const refusedAs = refusal(error);
      if (refusedAs.code === 'unauthenticated' || refusedAs.code === 'forbidden') refused(refusedAs);
      throw refusedAs;
    }
  }

  async function sendInTime<Answer>(signal: AbortSignal | undefined, ask: Ask<Answer>): Promise<Answer> {
    const limit = deadline(options.clock, options.timeoutMs, 'the reply of AutoKitteh', signal);
    try {
      return await send(limit.signal, ask);
    } finally {
      limit.cleanup();
    }
  }

  function call<I extends DescMessage, O extends DescMessage>(
    method: DescMethodUnary<I, O>,
    request: MessageInitShape<I>,
    signal: AbortSignal | undefined,
  ): Promise<MessageShape<O>> {
    return sendInTime(signal, (unary) => caller.call(method, request, unary));
  }

  const list = new ConnectionListReader();
  return {
    ...eventReads(call),
    async whoAmI(signal) {
      const { user } = await call(AuthService.method.whoAmI, {}, signal);
      return user === undefined ? undefined : { userId: user.userId, displayName: user.displayName };
    },
    async findActiveConnections(integrationId, variable, signal) {
      const request = { integrationId, name: variable };
      return (await call(VarsService.method.findActiveConnectionIDs, request, signal)).connectionIds;
    },
    listConnections(integrationId, signal) {
      const method = ConnectionsService.method.list;
      return sendInTime(signal, (unary) =>
        caller.read(method, { integrationId }, unary, (bytes) => list.read(bytes)),
      );
    },
    async projectId(name, signal) {
      const { project } = await call(ProjectsService.method.get, { name }, signal);
      return project?.projectId;
    },
    async connectionsOf(projectId, signal) {
      const { connections } = await call(ConnectionsService.method.list, { projectId }, signal);
      return connections.map(recordOf);
    },
    async connection(connectionId, signal) {
      checkConnectionId(connectionId);
      const { connection } = await call(ConnectionsService.method.get, { connectionId }, signal);
      return connection === undefined ? undefined : recordOf(connection);
    },
    async variables(scopeId, names = [], signal) {
      const { vars } = await call(VarsService.method.get, { scopeId, names: [...names] }, signal);
      return vars.map(({ name, value, isSecret }) => ({ name, value, isSecret }));
    },
    async setVariables(scopeId, variables, signal) {
      const vars = variables.map(({ name, value, isSecret }) => ({ scopeId, name, value, isSecret }));
      if (vars.length > 0) await call(VarsService.method.set, { vars }, signal);
    },
    async deleteVariables(scopeId, names, signal) {
      // The server takes an empty list for "all of them".
      if (names.length > 0) await call(VarsService.method.delete, { scopeId, names: [...names] }, signal);
    },
    async pushStatus(connectionId, status, signal) {
      checkConnectionId(connectionId);
      const connection = { connectionId, status: statusToMessage(status) };
      await call(ConnectionsService.method.update, { connection }, signal);
    },
    async refreshStatus(connectionId, signal) {
      checkConnectionId(connectionId);
      return statusFromMessage(
        (await call(ConnectionsService.method.refreshStatus, { connectionId }, signal)).status,
      );
    },
    prepareDispatch(event) {
      const request = encodeDispatch(event);
      const method = DispatcherService.method.dispatch;
      return async (signal) => ({
        eventId: (await send(signal, (unary) => caller.call(method, request, unary))).eventId,
      });
    },
    async listEvents(query, signal) {
      const { events } = await call(EventsService.method.list, { ...query, order: 'DESC' }, signal);
      return events.map(eventRecord);
    },
    async hasSession(query, signal) {
      const filter =
        'eventId' in query
          ? { eventId: query.eventId }
          : { projectId: query.runningIn, stateType: SessionStateType.RUNNING };
      const request = { ...filter, countOnly: true };
      return (await call(SessionsService.method.list, request, signal)).count > 0n;
    },
    async sessionsOf(eventId, signal) {
      const request = { eventId, pageSize: MOST_SESSIONS };
      const { sessions } = await call(SessionsService.method.list, request, signal);
      return sessions.map(({ sessionId, state, createdAt }) => ({
        sessionId,
        state: stateWord(state),
        createdAt: milliseconds(createdAt),
      }));
    },
    async listTriggers(connectionId, signal) {
      checkConnectionId(connectionId);
      const { triggers } = await call(TriggersService.method.list, { connectionId }, signal);
      return triggers.map(({ name, projectId, eventType, filter, codeLocation }) => {
        const hasCall = (codeLocation?.name ?? '') !== '';
        return { name, projectId, eventType, filter, hasCall };
      });
    },
    async hasActiveDeployment(projectId, signal) {
      const request = { projectId, state: DeploymentState.ACTIVE, limit: 1 };
      return (await call(DeploymentsService.method.list, request, signal)).deployments.length > 0;
    },
    async projectName(projectId, signal) {
      return (await call(ProjectsService.method.get, { projectId }, signal)).project?.name;
    },
    forCaller(person) {
      const theirs: Record<string, string> = {};
      if (person.authorization !== undefined) theirs['authorization'] = person.authorization;
      if (person.cookie !== undefined) theirs['cookie'] = person.cookie;
      // A person's refusal says nothing about our own rights.
      return methods(
        caller,
        options,
        () => Promise.resolve(theirs),
        () => undefined,
      );
    },
  };
}

function checkConnectionId(id: string): void {
  if (!isConnectionId(id)) throw new PluginError('bad_input', `"${cutText(id, 64)}" is not a connection id`);
}
