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
import type { AutoKitteh, AutoKittehClient } from './client.js';
import { connectionListReader, idListReader, recordOf } from './connection-list.js';
import { encodeDispatch } from './dispatch-encoding.js';
import { eventReads, eventRecord, milliseconds, stateWord } from './event-reads.js';
import { isConnectionId } from './ids.js';
import { createUnaryCaller, refusal, type UnaryCaller, type UnaryOptions } from './rpc.js';
import { statusFromMessage, statusToMessage } from './status.js';

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

  const list = connectionListReader();
  const active = idListReader();
  return {
    ...eventReads(call),
    async whoAmI(signal) {
      const { user } = await call(AuthService.method.whoAmI, {}, signal);
      return user === undefined ? undefined : { userId: user.userId, displayName: user.displayName };
    },
    findActiveConnections(integrationId, name, signal) {
      const method = VarsService.method.findActiveConnectionIDs;
      return sendInTime(signal, (unary) => caller.read(method, { integrationId, name }, unary, active));
    },
    listConnections(integrationId, signal) {
      const method = ConnectionsService.method.list;
      return sendInTime(signal, (unary) => caller.read(method, { integrationId }, unary, list));
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
