import { PluginError } from '../core/errors.js';
import type { AutoKitteh, AutoKittehClient } from './client.js';
import type { ConnectionRecord } from './connection-list.js';
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
 * The same server with one connection: no other one is listed, read, written, dispatched to, or given a status. What is asked
 * for another one is not sent to the server, and is refused as `forbidden`; a person's own line is limited likewise.
 */
export function onlyConnection(server: AutoKittehClient, one: OneConnection): AutoKittehClient {
  const known = new KnownStatuses(one);
  return { ...limited(server, one.id, known), refusals: server.refusals, close: () => server.close() };
}

function limited(server: AutoKitteh, id: string, known: KnownStatuses): AutoKitteh {
  const check = (other: string): void => {
    if (other !== id) throw notServed(id);
  };
  let listed: readonly ConnectionRecord[] = [];
  return {
    whoAmI: (signal) => server.whoAmI(signal),
    projectId: (name, signal) => server.projectId(name, signal),
    projectName: (projectId, signal) => server.projectName(projectId, signal),
    hasSession: (query, signal) => server.hasSession(query, signal),
    sessionsOf: (eventId, signal) => server.sessionsOf(eventId, signal),
    event: (...call) => server.event(...call),
    latestSessions: (...call) => server.latestSessions(...call),
    activeDeployments: (...call) => server.activeDeployments(...call),
    hasActiveDeployment: (projectId, signal) => server.hasActiveDeployment(projectId, signal),
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
      return server.prepareDispatch(event);
    },
    async listEvents(query, signal) {
      check(query.destinationId ?? '');
      return server.listEvents(query, signal);
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
