import { createClient, type Client } from '@connectrpc/connect';
import { createConnectTransport } from '@connectrpc/connect-node';
import { AuthService } from '../../src/gen/autokitteh/auth/v1/auth_pb.js';
import { ConnectionsService } from '../../src/gen/autokitteh/connections/v1/connections_pb.js';
import { DeploymentsService } from '../../src/gen/autokitteh/deployments/v1/deployments_pb.js';
import { DispatcherService } from '../../src/gen/autokitteh/dispatcher/v1/dispatcher_pb.js';
import { EventsService } from '../../src/gen/autokitteh/events/v1/events_pb.js';
import { IntegrationsService } from '../../src/gen/autokitteh/integrations/v1/integrations_pb.js';
import { OrgsService } from '../../src/gen/autokitteh/orgs/v1/orgs_pb.js';
import { ProjectsService } from '../../src/gen/autokitteh/projects/v1/projects_pb.js';
import { SessionsService } from '../../src/gen/autokitteh/sessions/v1/sessions_pb.js';
import { TriggersService } from '../../src/gen/autokitteh/triggers/v1/triggers_pb.js';
import { UsersService } from '../../src/gen/autokitteh/users/v1/users_pb.js';
import { VarsService } from '../../src/gen/autokitteh/vars/v1/vars_pb.js';

/** A client of each of a server's services, all with one credential. */
export interface AutoKittehClients {
  readonly auth: Client<typeof AuthService>;
  readonly users: Client<typeof UsersService>;
  readonly orgs: Client<typeof OrgsService>;
  readonly projects: Client<typeof ProjectsService>;
  readonly deployments: Client<typeof DeploymentsService>;
  readonly integrations: Client<typeof IntegrationsService>;
  readonly connections: Client<typeof ConnectionsService>;
  readonly vars: Client<typeof VarsService>;
  readonly triggers: Client<typeof TriggersService>;
  readonly events: Client<typeof EventsService>;
  readonly dispatcher: Client<typeof DispatcherService>;
  readonly sessions: Client<typeof SessionsService>;
}

export interface ClientOptions {
  /** Headers of every request: the credential. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Whether bodies are JSON instead of binary. */
  readonly json?: boolean;
}

/** Clients that speak the Connect protocol to the server at `url`. */
export function autoKittehClients(url: string, options: ClientOptions = {}): AutoKittehClients {
  const transport = createConnectTransport({
    baseUrl: url,
    httpVersion: '1.1',
    useBinaryFormat: options.json !== true,
    interceptors: [
      (next) => (request) => {
        for (const [name, value] of Object.entries(options.headers ?? {})) request.header.set(name, value);
        return next(request);
      },
    ],
  });
  return {
    auth: createClient(AuthService, transport),
    users: createClient(UsersService, transport),
    orgs: createClient(OrgsService, transport),
    projects: createClient(ProjectsService, transport),
    deployments: createClient(DeploymentsService, transport),
    integrations: createClient(IntegrationsService, transport),
    connections: createClient(ConnectionsService, transport),
    vars: createClient(VarsService, transport),
    triggers: createClient(TriggersService, transport),
    events: createClient(EventsService, transport),
    dispatcher: createClient(DispatcherService, transport),
    sessions: createClient(SessionsService, transport),
  };
}
