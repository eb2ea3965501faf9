import type { ConnectRouter } from '@connectrpc/connect';
import { authService } from './services/auth-service.js';
import { connectionsService } from './services/connections-service.js';
import { deploymentsService } from './services/deployments-service.js';
import { dispatcherService } from './services/dispatcher-service.js';
import { eventsService } from './services/events-service.js';
import { integrationsService } from './services/integrations-service.js';
import { orgsService } from './services/orgs-service.js';
import { projectsService } from './services/projects-service.js';
import { sessionsService } from './services/sessions-service.js';
import { triggersService } from './services/triggers-service.js';
import { usersService } from './services/users-service.js';
import { varsService } from './services/vars-service.js';
import type { World } from './world.js';
import { AuthService } from '../../gen/autokitteh/auth/v1/auth_pb.js';
import { ConnectionsService } from '../../gen/autokitteh/connections/v1/connections_pb.js';
import { DeploymentsService } from '../../gen/autokitteh/deployments/v1/deployments_pb.js';
import { DispatcherService } from '../../gen/autokitteh/dispatcher/v1/dispatcher_pb.js';
import { EventsService } from '../../gen/autokitteh/events/v1/events_pb.js';
import { IntegrationsService } from '../../gen/autokitteh/integrations/v1/integrations_pb.js';
import { OrgsService } from '../../gen/autokitteh/orgs/v1/orgs_pb.js';
import { ProjectsService } from '../../gen/autokitteh/projects/v1/projects_pb.js';
import { SessionsService } from '../../gen/autokitteh/sessions/v1/sessions_pb.js';
import { TriggersService } from '../../gen/autokitteh/triggers/v1/triggers_pb.js';
import { UsersService } from '../../gen/autokitteh/users/v1/users_pb.js';
import { VarsService } from '../../gen/autokitteh/vars/v1/vars_pb.js';

/** All services of the stand-in on a router. */
export function routes(world: World): (router: ConnectRouter) => void {
  return (router) => {
    router.service(AuthService, authService(world));
    router.service(UsersService, usersService(world));
    router.service(OrgsService, orgsService(world));
    router.service(ProjectsService, projectsService(world));
    router.service(DeploymentsService, deploymentsService(world));
    router.service(IntegrationsService, integrationsService(world));
    router.service(ConnectionsService, connectionsService(world));
    router.service(VarsService, varsService(world));
    router.service(TriggersService, triggersService(world));
    router.service(EventsService, eventsService(world));
    router.service(DispatcherService, dispatcherService(world));
    router.service(SessionsService, sessionsService(world));
  };
}
