import { PluginError } from '../core/errors.js';
import type { AutoKitteh, AutoKittehClient } from './client.js';
import type { ConnectionRecord } from './connection-list.js';
import type { OwnerQuery } from './event-reads.js';
import { OwnEvents } from './own-events.js';
import type { Status } from './status.js';

/** The only connection that a program may serve; its variables were written just now, so that the server gave it a status of its own. */
export interface OneConnection {
  readonly id: string;
  /** Called when the server holds a status that neither this program nor the server itself has written. */
  readonly strangeStatus: (status: Status) => void;
}

/** What the built-in integration says of a connection (AutoKitteh: integrations/slack, GetConnectionStatus). */
const OF_SERVER = ['', 'Init required', 'Using Socket Mode', 'Using OAuth 2.0', 'Bad auth type'];

/**
 * The same server with one connection of a project: no other one is listed, read, written, dispatched to, or given a status, and
 * neither are events, sessions and deployments of anything else. What is asked for another one is not sent to the server: it is
 * as if it were not there, or is refused as `forbidden`. A person's own line is limited likewise.
 */
export function onlyConnection(server: AutoKittehClient, one: OneConnection): AutoKittehClient {
  const known = new KnownStatuses(one);
  return { ...limited(server, one.id, known), refusals: server.refusals, close: () => server.close() };
}

function limited(server: AutoKitteh, id: string, known: KnownStatuses): AutoKitteh {
  const check = (other: string): void => {
    if (other !== id) throw notServed(id);
  };
  const events = new OwnEvents(server, id);
  const checkEvent = async (eventId: string, signal?: AbortSignal): Promise<void> => {
    if (!(await events.has(eventId, signal))) throw notServed(id);
  };
  // A connection stays in its project.
  let project: string | undefined;
  const isOwnProject = async (projectId: string, signal?: AbortSignal): Promise<boolean> => {
    project ??= (await server.connection(id, signal))?.projectId;
    return projectId !== '' && projectId === project;
  };
  const checkProject = async (projectId: string, signal?: AbortSignal): Promise<void> => {
    if (!(await isOwnProject(projectId, signal))) throw notServed(id);
  };
  const checkOwner = (owner: OwnerQuery, signal?: AbortSignal): Promise<void> =>
    checkProject('projectId' in owner ? owner.projectId : '', signal);
  let listed: readonly ConnectionRecord[] = [];
  return {
    whoAmI: (signal) => server.whoAmI(signal),
    async projectId(name, signal) {
      const projectId = await server.projectId(name, signal);
      return projectId !== undefined && (await isOwnProject(projectId, signal)) ? projectId : undefined;
    },
    async projectName(projectId, signal) {
      return (await isOwnProject(projectId, signal)) ? server.projectName(projectId, signal) : undefined;
    },
    async hasSession(query, signal) {
      if ('eventId' in query) await checkEvent(query.eventId, signal);
      else await checkProject(query.runningIn, signal);
      return server.hasSession(query, signal);
    },
    async sessionsOf(eventId, signal) {
      await checkEvent(eventId, signal);
      return server.sessionsOf(eventId, signal);
    },
    async event(eventId, signal) {
      return (await events.has(eventId, signal)) ? server.event(eventId, signal) : undefined;
    },
    async latestSessions(owner, most, signal) {
      await checkOwner(owner, signal);
      // The server lists them by project only, and other connections of it start some.
      return events.only(await server.latestSessions(owner, most, signal), signal);
    },
    async activeDeployments(owner, signal) {
      await checkOwner(owner, signal);
      return server.activeDeployments(owner, signal);
    },
    async hasActiveDeployment(projectId, signal) {
      await checkProject(projectId, signal);
      return server.hasActiveDeployment(projectId, signal);
    },
    async findActiveConnections(integrationId, variable, signal) {
      const found = await server.findActiveConnections(integrationId, variable, signal);
      return found.filter((each) => each === id);
    },
    async listConnections(integrationId, signal) {
      const record = await server.connection(id, signal);
      if (record !== undefined) known.look(record.status);
      const next = record?.integrationId === integrationId ? [record] : [];
      // The same array as long as nothing changes, as the server's own list is.
      if (JSON.stringify(next) !== JSON.stringify(listed)) listed = next;
      return listed;
    },
    async connectionsOf(projectId, signal) {
      const record = await server.connection(id, signal);
      return record?.projectId === projectId ? [record] : [];
    },
    connection: (other, signal) =>
      other === id ? server.connection(id, signal) : Promise.resolve(undefined),
    async variables(scopeId, names, signal) {
      check(scopeId);
      return server.variables(scopeId, names, signal);
    },
    async setVariables(scopeId, variables, signal) {
      check(scopeId);
      await server.setVariables(scopeId, variables, signal);
    },
    async deleteVariables(scopeId, names, signal) {
      check(scopeId);
      await server.deleteVariables(scopeId, names, signal);
    },
    async pushStatus(connectionId, status, signal) {
      check(connectionId);
      known.add(status);
      await server.pushStatus(connectionId, status, signal);
    },
    async refreshStatus(connectionId, signal) {
      check(connectionId);
      const status = await server.refreshStatus(connectionId, signal);
      known.add(status);
      return status;
    },
    prepareDispatch(event) {
      check(event.destinationId);
      const dispatch = server.prepareDispatch(event);
      return async (signal) => {
        const answer = await dispatch(signal);
        events.add(answer);
        return answer;
      };
    },
    async listEvents(query, signal) {
      check(query.destinationId ?? '');
      const found = await server.listEvents(query, signal);
      for (const event of found) events.add(event);
      return found;
    },
    async listTriggers(connectionId, signal) {
      check(connectionId);
      return server.listTriggers(connectionId, signal);
    },
    forCaller: (headers) => limited(server.forCaller(headers), id, known),
  };
}

function notServed(id: string): PluginError {
  return new PluginError('forbidden', `this program serves only the connection ${id}`);
}

/** The statuses that the connection may have without another program in front of the same server. */
class KnownStatuses {
  readonly #one: OneConnection;
  readonly #messages = new Set(OF_SERVER);

  constructor(one: OneConnection) {
    this.#one = one;
  }

  add({ message }: Status): void {
    this.#messages.add(message);
  }

  look(status: Status): void {
    if (!this.#messages.has(status.message)) this.#one.strangeStatus(status);
  }
}
